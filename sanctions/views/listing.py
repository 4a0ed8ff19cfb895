"""One listing: the whole case on one page, a form for each step, and its letters."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from audit.actions import READINGS, Action
from audit.models import AuditEvent
from catalogue.models import SubjectKind
from deadlines import policy as terms
from deadlines.clock import today
from deadlines.models import TimeLimit, TimeLimitMissing
from deadlines.services import load_calendar
from records import crypto
from records.errors import Refused
from records.identity import mask_number
from records.services.batches import require_right
from records.views.history import LATEST
from records.views.reading import reader_of
from records.workflow import TransitionRefused
from sanctions import forms as steps
from sanctions import letters, services, workflow
from sanctions.models import Listing, MeasureTask, Origin, Tone
from sanctions.services.listings import PUBLIC_NOTICE, STATEMENT
from sanctions.views.lines import LISTED, badge_of, due_of, listings_of, note_persons, rests, shown_name

# What the page of a listing tells of a person, as the trail names it.
OPENED = ("subject_name", "number_masked", "list", "document_no", "facts", "statement", "decision_reason")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing somebody can do about a listing: the edge of the workflow, the right, the form, the verb's words."""

    title: str
    button: str
    right: str
    action: str
    form: type[steps.StepForm]
    done: str
    explanation: str = ""
    stops: bool = False


STEPS = {
    "notify": Step("登记告知", "登记", "report", "notify", steps.NotifyForm, "已登记告知。"),
    "statement": Step("登记陈述申辩", "登记", "report", "state", steps.StatementForm, "已登记，可以由负责人决定。"),
    "decide": Step("作出决定", "作出决定", "correct", "enter", steps.DecideForm, "已作出决定，请打印决定书送达。"),
    "drop": Step(
        "撤销提名", "撤销提名", "report", "drop", steps.DropForm, "已撤销提名。",
        "撤销后不再办理；同一文书可以重新提名。", stops=True,
    ),
    "exit": Step(
        "移出名单", "移出", "correct", "exit", steps.ExitForm, "已移出。请打印移出决定书送达当事人。",
        "移出之后，公示立即终止，联合奖惩措施解除，并向执行过措施的部门下达解除任务。",
    ),
    "review": Step(
        "登记复议或者诉讼", "登记", "report", "exit", steps.ReviewForm, "已登记。",
        "登记后，各处都标明列入决定正在复议或者诉讼；不停止执行，除非复议机关或者法院另有决定。",
    ),
}  # fmt: skip


@require_safe
@sensitive_variables()
@transaction.atomic
def listing(request, public_id):
    """The case. That a person's is opened is written down first: no line in the trail, no data (T-15)."""
    shown = _shown(request.user, public_id)
    note_persons(
        Action.RECORD_VIEWED,
        [shown],
        reader=reader_of(request),
        fields=OPENED,
        detail={"listing": str(public_id)},
        with_named=True,
    )
    on, calendar = today(), load_calendar()
    context = {
        "listing": shown,
        "kind": shown.kind,
        "number": mask_number(crypto.open_text(shown.cipher)) if shown.cipher else shown.lookup,
        "responsible": [
            person | {"number": mask_number(crypto.open_text(person["cipher"]))} for person in shown.responsible
        ],
        "badge": badge_of(shown, on),
        "rests": rests(shown),
        "today": on,
        "due": due_of(shown, on, calendar),
        "why": _why(shown),
        "is_red": shown.tone == Tone.RED,
        "is_platform": shown.origin == Origin.PLATFORM,
        "timeline": _timeline(shown),
        "case_url": reverse("office:case", args=[shown.subject.public_id]) if shown.subject else "",
        "tasks": _tasks(shown),
        "letters": letters.letters_of(shown),
        "steps": [(name, STEPS[name]) for name in _open_steps(request.user, shown)],
        "waits_for_period": shown.state == workflow.NOTIFIED and on <= (shown.statement_until or on),
        "section": "lists",
        "crumbs": _crumbs(shown, last=True),
    }
    return render(request, "office/listing.html", context)


def _shown(user, public_id) -> Listing:
    found = listings_of(user).select_related(
        "kind__legal_basis", "kind__persons_basis", "conduct", "proposed_by", "decided_by", "exited_by"
    )
    return get_object_or_404(found, public_id=public_id)


def _crumbs(shown: Listing, *, last: bool = False) -> list[tuple[str, str]]:
    where = "" if last else reverse("office:listing", args=[shown.public_id])
    above = [("待办", "/office/"), ("名单", reverse("office:lists")), ("名单条目", reverse("office:listings"))]
    return [*above, (shown.document_no, where)]


def _open_steps(user, shown: Listing) -> list[str]:
    """What this person can do now."""
    return [name for name, step in STEPS.items() if _is_open(step, name, shown) and _may(user, step, name, shown)]


def _is_open(step: Step, name: str, shown: Listing) -> bool:
    return (shown.state, step.action) in workflow.TRANSITIONS and (name != "review" or shown.origin == Origin.PLATFORM)


def _may(user, step: Step, name: str, shown: Listing) -> bool:
    if name == "decide" and user.pk == shown.proposed_by_id:
        return False
    return not user.is_superuser and user.has_perm(f"accounts.{step.right}_department", shown.department)


def _why(shown: Listing) -> dict | None:
    """How the last day to answer was computed, for components/deadline_badge.html."""
    if shown.notified_on is None:
        return None
    try:
        limit = TimeLimit.objects.in_force(_key(shown), on=shown.notified_on)
        deadline = terms.due_on(shown.notified_on, limit.as_term(), load_calendar())
    except (TimeLimitMissing, terms.CalendarEnds):
        return None
    return {
        "starts_on": shown.notified_on,
        "started_by": "公示当日不计入" if shown.tone == Tone.RED else "送达当日不计入",
        "rule": f"{limit.name} {limit.as_term()}",
        "article": limit.source,
        "skipped": deadline.skipped,
        "calendar_version": deadline.calendar_version,
    }


def _key(shown: Listing) -> str:
    return PUBLIC_NOTICE if shown.tone == Tone.RED else STATEMENT


def _timeline(shown: Listing) -> list[dict]:
    """Every step with who and when, the latest first. Readings stand elsewhere."""
    lines = AuditEvent.objects.about(shown).exclude(action__in=[str(action) for action in READINGS])
    return [
        {
            "at": line.at,
            "title": line.action_label,
            "actor": line.actor_name or "系统",
            "note": "，".join(
                text for text in (f"日期 {line.business_on}" if line.business_on else "", line.reason) if text
            ),
        }
        for line in lines.order_by("-id")[:LATEST]
    ]


def _tasks(shown: Listing) -> list[tuple[str, int]]:
    """How many measures stand in which state."""
    counted = MeasureTask.objects.filter(action__listing=shown).values("state").annotate(total=Count("pk"))
    totals = {row["state"]: row["total"] for row in counted.order_by()}
    return [(state.label, totals[state.value]) for state in workflow.TaskState if state.value in totals]


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def step(request, public_id, step):
    """One step: what will happen, the form, and the verb."""
    chosen = STEPS.get(step)
    if chosen is None:
        raise Http404
    shown = _shown(request.user, public_id)
    require_right(request.user, chosen.right, shown.department)
    if not _is_open(chosen, step, shown):
        raise TransitionRefused(shown.state, chosen.action)
    if not _may(request.user, chosen, step, shown):
        raise Refused("提名人不能决定自己提名的条目，请由另一位负责人决定。", code="own_proposal")
    form = chosen.form(request.POST if request.method == "POST" else None, initial=_initial(step))
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                after = VERBS[step](shown, request.user, form.arguments())
        except Refused as refusal:
            form.add_error(None, forms.ValidationError(refusal.message, code=refusal.code))
        else:
            messages.success(request, _said(chosen, step, after))
            return redirect("office:listing", shown.public_id)
    note_persons(Action.PERSON_LISTED, [shown], reader=reader_of(request), fields=LISTED)
    context = {
        "listing": shown,
        "name": shown_name(shown),
        "step": chosen,
        "step_name": step,
        "form": form,
        "answers_until": _answers_until(shown) if step == "notify" else None,
        "today": today(),
        "is_red": shown.tone == Tone.RED,
        "waits_for_period": step == "decide" and shown.state == workflow.NOTIFIED and today() <= shown.statement_until,
        "section": "lists",
        "crumbs": [*_crumbs(shown), (chosen.title, "")],
    }
    return render(request, "office/listing_step.html", context)


def _initial(step: str) -> dict[str, date]:
    return {"on": today()} if step in ("notify", "statement") else {}


def _answers_until(shown: Listing) -> date | None:
    """Until when the subject may answer if it is told today."""
    try:
        limit = TimeLimit.objects.in_force(_key(shown), on=today())
        return terms.due_on(today(), limit.as_term(), load_calendar()).due_on
    except (TimeLimitMissing, terms.CalendarEnds):
        return None


def _said(chosen: Step, step: str, after: Listing) -> str:
    if step == "notify":
        what = "公示至" if after.tone == Tone.RED else "当事人可以陈述申辩至"
        return f"已登记。{what} {after.statement_until}，期满次日起可以决定。"
    return chosen.done


def _decide(shown: Listing, actor, arguments: dict) -> Listing:
    verb = services.enter_listing if arguments.pop("decision") == "enter" else services.refuse_listing
    return verb(shown, actor=actor, today=today(), **arguments)


VERBS: dict[str, Callable[..., Listing]] = {
    "notify": lambda shown, actor, given: services.notify_subject(shown, actor=actor, today=today(), **given),
    "statement": lambda shown, actor, given: services.note_statement(shown, actor=actor, today=today(), **given),
    "decide": _decide,
    "drop": lambda shown, actor, given: services.drop_listing(shown, actor=actor, today=today(), **given),
    "exit": lambda shown, actor, given: services.exit_listing(shown, actor=actor, today=today(), **given),
    "review": lambda shown, actor, given: services.note_review(shown, actor=actor, **given),
}


@require_safe
@sensitive_variables()
@transaction.atomic
def letter(request, public_id, kind):
    """A letter to print. It names a person in full, so it leaves a line."""
    shown = _shown(request.user, public_id)
    if kind not in dict(letters.letters_of(shown)):
        raise Http404
    detail = {"listing": str(public_id), "letter": kind}
    note_persons(Action.RECORD_VIEWED, [shown], reader=reader_of(request), fields=OPENED, detail=detail)
    context = {
        "listing": shown,
        "letter": letters.write(shown, kind, today=today()),
        "number": mask_number(crypto.open_text(shown.cipher)) if shown.cipher else shown.lookup,
        "is_person": shown.subject_kind == SubjectKind.PERSON,
        "section": "lists",
        "crumbs": [*_crumbs(shown), (letters.title_of(shown, kind), "")],
    }
    return render(request, "office/listing_letter.html", context)
