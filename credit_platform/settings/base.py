"""What every deployment shares. Everything that differs comes from the environment; see docs/configuration.md."""

import datetime
from pathlib import Path

import environ
from csp.constants import NONE, SELF

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parents[2]
DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / ".data")))

SECRET_KEY = env("SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# A date to rehearse, as YYYY-MM-DD; None means the real one. Read through deadlines.clock, in SQL through
# platform_today().
TODAY = datetime.date.fromisoformat(env("TODAY")) if env("TODAY", default="") else None
DEMO = False

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "guardian",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "csp",
    "credit_platform",
    "deadlines",
    "audit",
    "accounts",
    "catalogue",
    "records",
    "sanctions",
    "repair",
    "evaluation",
    "exchange",
    "disclosure",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "audit.middleware.RequestContextMiddleware",
    "repair.middleware.ApplicantMiddleware",
]

ROOT_URLCONF = "credit_platform.urls"
WSGI_APPLICATION = "credit_platform.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "credit_platform.context.platform",
            ],
        },
    },
]

# The login role comes with the URL; DATABASE_ROLE narrows the session to what that process may do (see sql/grants.sql).
DATABASES = {"default": env.db("DATABASE_URL")}
_options = [f"-c role={env('DATABASE_ROLE')}"] if env("DATABASE_ROLE", default="") else []
if TODAY:
    _options.append(f"-c platform.today={TODAY.isoformat()}")
DATABASES["default"].setdefault("OPTIONS", {})["options"] = " ".join([*_options, "-c lock_timeout=10s"])
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Broker: hints only, no facts (docs/adr/0003). A lost message costs latency, never data.
CELERY_BROKER_URL = env("REDIS_URL")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600, "socket_connect_timeout": 2, "socket_timeout": 10}
CELERY_TASK_PUBLISH_RETRY = False

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None  # guardian: nobody has rights without an account
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator", "NumericPasswordValidator")
] + [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    }
]
LOGIN_URL = "office:sign-in"
LOGIN_REDIRECT_URL = "office:home"
LOGOUT_REDIRECT_URL = "office:sign-in"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# One line an event on standard error; whoever runs the platform collects it. Failures keep their traceback.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False}},
}

LANGUAGE_CODE = "zh-hans"
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]

# Uploads: 100 MiB is about 300,000 permit rows as CSV; larger reports are split or delivered by file exchange.
# 诚信积分 of persons (98号五（二）): off, unless the operator and a document in force say otherwise.
POINTS_ENABLED = env.bool("POINTS_ENABLED", default=False)
UPLOAD_LIMIT_BYTES = env.int("UPLOAD_LIMIT_BYTES", default=100 * 1024 * 1024)
# What is handed in with a request: at most so large and so many; scanned by "clamd://host:port" or by "none"; what
# nobody has submitted is deleted after so many days.
EVIDENCE_LIMIT_BYTES = env.int("EVIDENCE_LIMIT_BYTES", default=20 * 1024 * 1024)
EVIDENCE_PER_CASE = env.int("EVIDENCE_PER_CASE", default=20)
EVIDENCE_KEPT_DAYS = env.int("EVIDENCE_KEPT_DAYS", default=30)
EVIDENCE_SCANNER = env("EVIDENCE_SCANNER", default="none")
EVIDENCE_SCAN_SECONDS = env.int("EVIDENCE_SCAN_SECONDS", default=10)
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["records.uploads.MemoryUploadHandler"]  # never a plain copy on disk

# Field encryption (SM4-GCM) and blind index (HMAC-SM3): "id:hex,id:hex", the first key encrypts, all decrypt.
FIELD_KEYS = dict(pair.split(":", 1) for pair in env.list("FIELD_KEYS"))
INDEX_KEY = env("INDEX_KEY")

NATIONAL_URL = env("NATIONAL_URL", default="")
NATIONAL_KEY = env("NATIONAL_KEY", default="")
NATIONAL_SOURCE = env("NATIONAL_SOURCE", default="530000")
# The population base library that says whether number and name belong together (98号三（一）).
# How notices about cases leave: "console" says that one was sent, "file" writes them into DATA_DIR/notices.
NOTICE_BACKEND = env("NOTICE_BACKEND", default="console")
POPULATION_URL = env("POPULATION_URL", default="")
POPULATION_KEY = env("POPULATION_KEY", default="")
# Counts restores from a backup, so that the national platform can refuse what a restored past would send again (F-25).
NATIONAL_EPOCH = env.int("NATIONAL_EPOCH", default=1)
# Webhooks go to the open internet only. Loopback targets are for tests and rehearsals on one machine.
WEBHOOK_ALLOW_LOOPBACK = env.bool("WEBHOOK_ALLOW_LOOPBACK", default=False)

# Who says who a subject is: an OpenID Connect provider. Without one the services for subjects are switched off.
SUBJECT_OIDC_ISSUER = env("SUBJECT_OIDC_ISSUER", default="")
SUBJECT_OIDC_CLIENT_ID = env("SUBJECT_OIDC_CLIENT_ID", default="")
SUBJECT_OIDC_CLIENT_SECRET = env("SUBJECT_OIDC_CLIENT_SECRET", default="")
SUBJECT_OIDC_SCOPE = env("SUBJECT_OIDC_SCOPE", default="openid profile")
SUBJECT_OIDC_CLAIMS = env.dict("SUBJECT_OIDC_CLAIMS", default={})
# A subject's session ends after so many minutes in which nothing was asked for.
SUBJECT_IDLE_MINUTES = env.int("SUBJECT_IDLE_MINUTES", default=30)
# Where subjects sign in, as the portal's pages lead there: a whole address where the portal is deployed apart.
SUBJECTS_URL = env.str("SUBJECTS_URL", default="/my/")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["credit_platform.permissions.DenyByDefault"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "credit_platform.api.problem",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "云南省公共信用信息平台接口",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
}
