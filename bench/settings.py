"""The development settings with the reference page."""

from credit_platform.settings.development import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
