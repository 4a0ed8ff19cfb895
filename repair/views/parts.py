"""What every page below /my/ has: somebody signed in, whose affairs are shown, calm words where the law says no."""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from audit.errors import SealStale, TrailRefused
from deadlines.clock import today
from records.errors import Refused, RightMissing
from records.models import Record, Subject
from records.workflow import TransitionRefused
from repair import services, sessions
from repair.errors import CaseMoved, NotYours
from repair.models import Applicant, Case

HOME = ("首页", "/")
MINE = ("我的信用", "/my/")
MOVED_ON = "这件事的状态已经改变，这一步不能再办理。请返回查看现在的情况。"


def applicant_required(view: Callable) -> Callable:
    """For a subject that has signed in, never kept by the browser. What is somebody else's does not exist."""

    @wraps(view)
    def asked(request: HttpRequest, *args, **kwargs):
        if request.applicant is None:
            back = {"next": request.get_full_path()} if request.method in ("GET", "HEAD") else {}
            return redirect(f"{reverse('my:sign-in')}?{urlencode(back)}" if back else "my:sign-in")
        try:
            return view(request, *args, **kwargs)
        except (NotYours, RightMissing, ObjectDoesNotExist) as error:
            raise Http404 from error
        except CaseMoved as moved:
            return _refused(request, moved.message, 409)
        except TransitionRefused:
            return _refused(request, MOVED_ON, 409)
        except Refused as refusal:
            return _refused(request, refusal.message, 400)
        except (SealStale, TrailRefused) as closed:
            return _refused(request, str(closed), 503)

    return never_cache(asked)


def _refused(request: HttpRequest, sentence: str, status: int):
    return render(request, "my/refused.html", {"sentence": sentence}, status=status)


def affairs(request: HttpRequest) -> list[Subject]:
    """Whose affairs whoever has signed in may look after today, its own first."""
    return services.subjects_of(request.applicant, on=today())


def looked_after(request: HttpRequest, theirs: list[Subject]) -> Subject | None:
    """Whose affairs the pages show now: the one chosen, while the power lasts; else the first there is."""
    chosen = request.session.get(sessions.ACTING_FOR)
    return next((each for each in theirs if each.pk == chosen), theirs[0] if theirs else None)


def own_record(request: HttpRequest, public_id) -> Record:
    """A record about a subject whose affairs are theirs, open or closed. Raises Http404."""
    records = Record.objects.filter(subject__in=affairs(request)).exclude(state__in=services.UNTOLD)
    found = records.select_related("item", "subject", "department", "batch").filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def own_case(request: HttpRequest, public_id) -> Case:
    """A case they may follow. Raises Http404."""
    applicant: Applicant = request.applicant
    cases = Case.objects.of_applicant(applicant, subjects=[each.pk for each in affairs(request)])
    found = cases.select_related("subject", "department", "record__item", "listing__kind", "applicant")
    case = found.filter(public_id=public_id).first()
    if case is None:
        raise Http404
    return case
