import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "credit_platform.settings.production")
application = get_wsgi_application()

# Everything a process keeps is made now, not by the first who asks, and is then left out of the collector's rounds:
# a full round over it holds every request of the process for more than a tenth of a second.
assert get_resolver().url_patterns
gc.collect()
gc.freeze()
