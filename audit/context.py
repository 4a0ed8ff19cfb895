"""Which request, task or command the current code runs for; every line of the trail and of the log carries it."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import structlog
from celery import current_task

WEB, API, TASK, COMMAND = "web", "api", "task", "command"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a line comes from: a request id of up to 64 characters and one of web, api, task, command."""

    request_id: str
    source: str


_origin: ContextVar[Origin | None] = ContextVar("audit_origin", default=None)
_process = Origin(request_id=uuid.uuid4().hex, source=COMMAND)


def current() -> Origin:
    """The origin bound by the middleware or by bound(); else the running Celery task; else this process."""
    bound_here = _origin.get()
    if bound_here:
        return bound_here
    if current_task and current_task.request.id:
        return Origin(request_id=current_task.request.id, source=TASK)
    return _process


@contextmanager
def bound(*, request_id: str, source: str) -> Iterator[Origin]:
    """Everything inside is recorded under this request id and source, in the trail and in the log."""
    origin = Origin(request_id=request_id, source=source)
    token = _origin.set(origin)
    try:
        with structlog.contextvars.bound_contextvars(request_id=request_id, source=source):
            yield origin
    finally:
        _origin.reset(token)
