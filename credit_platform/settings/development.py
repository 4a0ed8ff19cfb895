"""One machine, real PostgreSQL and broker, secrets made by the embedded stack (`make run`)."""

from credit_platform.settings.base import *  # noqa: F403
from credit_platform.settings.base import env

DEMO = env.bool("DEMO", default=False)
WHITENOISE_USE_FINDERS = True  # no collectstatic before the first page
