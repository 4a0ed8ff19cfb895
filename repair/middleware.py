"""Who has signed in as a subject: `request.applicant`, on the pages below /my/ alone."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase

from repair import sessions
from repair.models import Applicant

NAMESPACE = "my"
IDLE = "您已较长时间没有操作，为保护您的信息已退出登录。请重新登录。"


class ApplicantMiddleware:
    """Sets `request.applicant` (Applicant or None). Everywhere else it is None, and no session is asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.applicant = None
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict) -> None:
        if request.resolver_match.namespace == NAMESPACE:
            request.applicant = _signed_in(request)


def _signed_in(request: HttpRequest) -> Applicant | None:
    session = request.session
    key = session.get(sessions.APPLICANT)
    if key is None or request.user.is_authenticated:  # staff and subject in one session would be neither
        return None
    if sessions.is_idle(session):
        session.flush()
        messages.info(request, IDLE)
        return None
    sessions.renew(session)
    return Applicant.objects.select_related("subject__merged_into", "level").filter(pk=key).first()
