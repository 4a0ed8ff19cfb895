"""What every page knows: the platform's date and whether this is a rehearsal."""

from django.conf import settings

from deadlines.clock import today


def platform(request) -> dict:
    return {"platform": {"today": today(), "rehearsing": settings.TODAY is not None, "demo": settings.DEMO}}
