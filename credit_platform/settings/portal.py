"""The public side, deployed apart: only the portal's routes, a database role that reads only the public views."""

from credit_platform.settings.production import *  # noqa: F403

ROOT_URLCONF = "credit_platform.portal_urls"
