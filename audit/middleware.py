"""One id per request: in the trail, in the log and in the answer, so that a complaint can be followed to its line."""

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from audit import context

# Anything looser would let a caller write into the trail.
ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{7,63}", re.ASCII)


class RequestContextMiddleware:
    """Binds the request id (a well-formed inbound X-Request-ID, else a new one) and returns it as X-Request-ID."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        inbound = request.headers.get("X-Request-ID", "")
        request_id = inbound if ACCEPTABLE_ID.fullmatch(inbound) else uuid.uuid4().hex
        source = context.API if request.path.startswith("/api/") else context.WEB
        with context.bound(request_id=request_id, source=source):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response
