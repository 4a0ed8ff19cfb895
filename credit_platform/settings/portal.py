"""The public side, deployed apart: only the portal's routes, a database role that reads only the public views."""

from credit_platform.settings.production import *  # noqa: F403
from credit_platform.settings.production import INSTALLED_APPS, MIDDLEWARE, TEMPLATES

ROOT_URLCONF = "credit_platform.portal_urls"

# The portal knows nobody: no sessions, no accounts, no messages; its database role could not read them either.
_ABOUT_PEOPLE = ("sessions", "auth", "messages")
INSTALLED_APPS = [name for name in INSTALLED_APPS if name != "django.contrib.admin"]
MIDDLEWARE = [name for name in MIDDLEWARE if name.split(".")[2] not in _ABOUT_PEOPLE and not name.startswith("repair.")]
_OPTIONS = TEMPLATES[0]["OPTIONS"]
_OPTIONS["context_processors"] = [
    name for name in _OPTIONS["context_processors"] if name.split(".")[-1] not in ("auth", "messages")
]
