"""One machine, real PostgreSQL and broker, secrets made by the embedded stack (`make run`)."""

import os

from credit_platform.stack import environment, options

environment.join_running_stack(options.read(os.environ).data_dir)  # `manage.py` in a second terminal just works

from credit_platform.settings.base import *  # noqa: E402, F403
from credit_platform.settings.base import env  # noqa: E402

DEMO = env.bool("DEMO", default=False)
WHITENOISE_USE_FINDERS = True  # no collectstatic before the first page
STATIC_ROOT = None
