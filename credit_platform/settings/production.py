"""The office side, behind a TLS proxy. Demo data is refused here."""

from django.core.exceptions import ImproperlyConfigured

from credit_platform.settings.base import *  # noqa: F403
from credit_platform.settings.base import SUBJECT_OIDC_ISSUER

if SUBJECT_OIDC_ISSUER and not SUBJECT_OIDC_ISSUER.startswith("https://"):  # the stand-in of `make run` is not for here
    raise ImproperlyConfigured("SUBJECT_OIDC_ISSUER must begin with https://")

SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
