"""GET /healthz: is every part alive? 503 names the part that is not.

The identity provider is somebody else's and carries nothing but the sign-in of subjects: its part is named where one is
set, and without it the platform is healthy still.
"""

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from exchange.services import national_platform
from repair import oidc

OK, FAILING = "ok", "failing"


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT platform_today()")
            return True
    except DatabaseError:
        return False


def _broker() -> dict[str, bool]:
    try:
        with redis.Redis.from_url(settings.CELERY_BROKER_URL, socket_timeout=2, socket_connect_timeout=2) as client:
            worker, beat = client.mget("pulse:worker", "pulse:beat")
            return {"broker": True, "worker": worker is not None, "beat": beat is not None}
    except redis.RedisError:
        return {"broker": False, "worker": False, "beat": False}


def _national() -> bool:
    return bool(settings.NATIONAL_URL) and national_platform().alive(timeout=2.0)


@require_safe
@never_cache
def healthz(request):
    parts = {"database": _database(), **_broker(), "national": _national()}
    healthy = all(parts.values())
    if oidc.is_open():
        parts["identity"] = oidc.is_alive(seconds=2.0)
    body = {"status": OK if healthy else FAILING} | {name: OK if up else FAILING for name, up in parts.items()}
    return JsonResponse(body, status=200 if healthy else 503)
