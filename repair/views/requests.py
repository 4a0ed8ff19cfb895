"""One's own case: where it stands in plain words, by when it is decided and why, what is asked, the letter."""

from datetime import date

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Role
from deadlines.clock import today
from repair import services, workflow
from repair.forms_mine import RecallForm, SupplementForm
from repair.models import Case, Clarification, Evidence, Step
from repair.services.base import ACTIONS
from repair.story import INTERNAL
from repair.uploads import takes_scans
from repair.views import scans, standing
from repair.views.lines import about_of, badge_of
from repair.views.parts import HOME, MINE, applicant_required, own_case

ADDED = "补充材料"
OPENED = ["claim", "contested", "decision"]
# Steps whose words are meant for who has asked; what reviewer and department write to each other is theirs.
SAID_TO_THEM = ("ask_material", "supplement", "recall", "reject", "extend", "revoke")


@require_safe
@applicant_required
@transaction.atomic
def request_page(request, public_id):
    return _page(request, own_case(request, public_id))


def _page(request, case: Case, *, bound: dict | None = None, status: int = 200):
    on = today()
    services.note_own_reading(request.applicant, case.subject, fields=OPENED, case=case)
    clock = case.clocks.running().order_by("-pk").first()
    forms = {"supplement": SupplementForm, "recall": RecallForm}
    context = {
        "case": case,
        "badge": badge_of(case),
        "standing": standing.of(case, on=on),
        "about": about_of(case),
        "is_open": case.state in workflow.CASE_OPEN,
        "clock": clock,
        **(_restored(case, on) if case.state == workflow.GRANTED else {}),
        "contested": [line for line in case.contested if isinstance(line, dict)],
        "files": [each for each in case.evidence.all() if not each.is_fetched],
        "timeline": [_entry(step) for step in _steps(case)],
        "rejected_for": case.reasons if case.state == workflow.REJECTED else "",
        "record_url": _record_url(case),
        "forms": {
            name: (bound or {}).get(name) or form(initial={"version": case.version}, auto_id=f"{name}-%s")
            for name, form in forms.items()
            if (case.state, name) in workflow.TRANSITIONS
        },
        "section": "mine",
        "crumbs": [HOME, MINE, (case.number, "")],
    }
    return render(request, "my/request.html", context, status=status)


def _record_url(case: Case) -> str:
    is_told = case.record is not None and case.record.state not in services.UNTOLD
    return reverse("my:record", args=[case.record.public_id]) if is_told else ""


def _restored(case: Case, on: date) -> dict:
    """Whom the right thing was told and who has confirmed it (33号（二十二）: 恢复信誉); what is said in public."""
    restorations = case.restorations.annotate(told=Count("receivers"), confirmed=Count("receivers__confirmed_on"))
    shown = Clarification.objects.filter(case=case, withdrawn_on=None, shown_until__gte=on)
    return {"restoration": restorations.first(), "clarification": shown.first()}


def _steps(case: Case) -> list[Step]:
    return list(case.steps.exclude(action__in=INTERNAL).select_related("by__department").order_by("-pk"))


def _entry(step: Step) -> dict:
    """A step as who has asked reads it: offices, not people's names; their own words and what was said to them."""
    note = step.text if step.action in SAID_TO_THEM else ""
    return {"at": step.at, "title": ACTIONS[step.action], "actor": _whose(step), "note": note}


def _whose(step: Step) -> str:
    if step.by_applicant_id:
        return workflow.APPLICANT
    if step.by is None:
        return workflow.SYSTEM
    return workflow.REVIEWER if step.by.role == Role.REVIEWER else str(step.by.department or "")


@takes_scans
@require_POST
@applicant_required
@transaction.atomic
def supplement(request, public_id):
    """Add what was asked for, once, with the files that prove it."""
    return _acted(request, public_id, "supplement", "已收到补正，将继续审查。")


@require_POST
@applicant_required
@transaction.atomic
def recall(request, public_id):
    """Take the case back."""
    return _acted(request, public_id, "recall", "已撤回申请。")


def _acted(request, public_id, name: str, done: str):
    case: Case = own_case(request, public_id)
    kind, verb = {"supplement": (SupplementForm, _supplement), "recall": (RecallForm, _recall)}[name]
    form = kind(request.POST, request.FILES, auto_id=f"{name}-%s")
    is_sound = form.is_valid()
    kept = scans.take_in(request, form, by=request.applicant, kind=ADDED) if is_sound and name == "supplement" else []
    if form.errors:
        return _page(request, case, bound={name: form}, status=400)
    verb(case, form.cleaned_data, request.applicant, today(), kept)
    messages.success(request, done)
    return redirect("my:request", case.public_id)


def _supplement(case: Case, said: dict, by, on: date, kept: list[Evidence]) -> Case:
    return services.supplement(case, by=by, version=said["version"], text=said["text"], today=on, evidence=kept)


def _recall(case: Case, said: dict, by, on: date, kept: list[Evidence]) -> Case:
    return services.recall(case, by=by, version=said["version"], reason=said["reason"], today=on)


@require_safe
@applicant_required
@transaction.atomic
def letter(request, public_id):
    """The decision as it was written, to be printed."""
    case = own_case(request, public_id)
    if not case.letter:
        raise Http404
    services.note_own_reading(request.applicant, case.subject, fields=["letter"], case=case)
    context = {
        "case": case,
        "paragraphs": [text for text in case.letter.split("\n") if text.strip()],
        "section": "mine",
        "crumbs": [HOME, MINE, (case.number, reverse("my:request", args=[case.public_id])), ("决定书", "")],
    }
    return render(request, "my/letter.html", context)
