"""PostgreSQL decides what the portal may read: public pages run as a role that knows only the public views."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

ROLE = "credit_portal"


@contextmanager
def portal_role() -> Iterator[None]:
    """Run queries as `credit_portal`. It only reads, so the transaction is rolled back, and the role ends with it."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {ROLE}")
        yield
        transaction.set_rollback(True)


def as_portal(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Run a view, its rendering included, as the portal's role. Its answer is never reused without asking again."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        with portal_role():
            response = view(request, *args, **kwargs)
            if hasattr(response, "render"):
                response.render()
        response["Cache-Control"] = "no-cache"
        return response

    return wrapped


def unindexed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Keep a page out of search engines: their copies would outlive the term of display."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, noarchive"
        return response

    return wrapped
