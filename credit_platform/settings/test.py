"""The test suite: real PostgreSQL and broker, cheap password hashing, fixed keys."""

import os

os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "0" * 40)
os.environ.setdefault("FIELD_KEYS", "t1:" + "11" * 16)
os.environ.setdefault("INDEX_KEY", "22" * 32)
os.environ.setdefault("NATIONAL_KEY", "33" * 32)

from credit_platform.settings.base import *  # noqa: F403

DEMO = True
WEBHOOK_ALLOW_LOOPBACK = True  # receivers run on this machine
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = None  # nothing is collected; pages are tested with the finders
WHITENOISE_USE_FINDERS = True
