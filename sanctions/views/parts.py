"""How the pages of joint action set their rows: badges, lines, due dates with their reckoning."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from audit.actions import Action
from catalogue.models import SubjectKind
from deadlines import policy
from deadlines.models import TimeLimit, TimeLimitMissing
from deadlines.policy import Calendar, CalendarEnds, working_days_between
from deadlines.services import load_calendar
from records.models import Subject
from records.services.readings import Reader, note_readings
from records.views.lists import mask_name
from sanctions import workflow
from sanctions.models import Force, Listing, Measure, MeasureTask, Memorandum, Purpose
from sanctions.querysets import MeasureTaskQuerySet
from sanctions.services.joint import RESPOND

HOME = ("待办", "/office/")
TASK_BADGES = {
    workflow.ISSUED: ("info", "inbox"),
    workflow.RECEIVED: ("info", "clock"),
    workflow.EXECUTED: ("in-time", "check"),
    workflow.DECLINED: ("soon", "refused"),
    workflow.INAPPLICABLE: ("", "refused"),
    workflow.VERIFIED: ("in-time", "check"),
    workflow.LIFTED: ("", "ended"),
}
MEMORANDUM_BADGES = {
    workflow.REGISTERED: ("", "book"),
    workflow.DRAFT: ("", "document"),
    workflow.SUBMITTED: ("soon", "clock"),
    workflow.RETURNED: ("stop", "refused"),
    workflow.APPROVED: ("in-time", "check"),
    workflow.REPEALED: ("", "ended"),
    workflow.ABANDONED: ("", "ended"),
}
FORCE_BADGES = {
    Force.MANDATORY: ("info", "seal"),
    Force.RECOMMENDED: ("", "check"),
    Force.REFERENCE: ("", "info"),
}
# What a line tells of a person, as the trail names it.
LISTED = ("subject_name_masked", "list", "measure", "department", "state", "due_on")


def task_badge(task: MeasureTask) -> dict:
    kind, icon = TASK_BADGES[task.state]
    return {"kind": kind, "icon": icon, "label": task.get_state_display()}


def memorandum_badge(memorandum: Memorandum, on: date) -> dict:
    """The state; of an approved edition the date says what has become of it."""
    if memorandum.state == workflow.APPROVED and memorandum.in_force_from > on:
        return {"kind": "info", "icon": "clock", "label": "待生效"}
    if memorandum.state == workflow.APPROVED and memorandum.in_force_until and memorandum.in_force_until < on:
        return {"kind": "", "icon": "ended", "label": "已被新版取代"}
    kind, icon = MEMORANDUM_BADGES[memorandum.state]
    return {"kind": kind, "icon": icon, "label": memorandum.get_state_display()}


def force_badge(measure: Measure) -> dict:
    kind, icon = FORCE_BADGES[measure.force]
    return {"kind": kind, "icon": icon, "label": measure.get_force_display()}


def label_of(subject: Subject) -> str:
    """Lists show no person's name."""
    return mask_name(subject.legal_name) if subject.kind == SubjectKind.PERSON else subject.legal_name


@dataclass(frozen=True, slots=True)
class Due:
    """By when, seen from today; days_left is None where the calendar does not reach."""

    on: date
    days_left: int | None


def due_of(task: MeasureTask, on: date, calendar: Calendar) -> Due | None:
    """None once it has been answered, and for what only informs."""
    if task.due_on is None or task.state not in workflow.TASK_OPEN:
        return None
    try:
        return Due(task.due_on, working_days_between(on, task.due_on, calendar))
    except CalendarEnds:
        return Due(task.due_on, None)


def reckoning_of(task: MeasureTask) -> dict | None:
    """How the due date came about, for whoever asks."""
    try:
        limit = TimeLimit.objects.in_force(RESPOND, on=task.issued_on)
        found = policy.due_on(task.issued_on, limit.as_term(), load_calendar())
    except (TimeLimitMissing, CalendarEnds):
        return None
    return {
        "starts_on": task.issued_on,
        "started_by": "任务下达",
        "rule": str(found.term),
        "article": limit.source,
        "skipped": found.skipped,
        "calendar_version": found.calendar_version,
    }


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task in a list; no person's name stands there."""

    task: MeasureTask
    url: str
    name: str
    is_person: bool
    list: str
    badge: dict
    force: dict
    due: Due | None

    @property
    def is_release(self) -> bool:
        return self.task.purpose == Purpose.RELEASE

    @property
    def measure(self) -> str:
        return f"解除：{self.task.measure.text}" if self.is_release else self.task.measure.text


def tasks_with_all(tasks: MeasureTaskQuerySet) -> MeasureTaskQuerySet:
    """Everything a line shows, in one question."""
    return tasks.with_resting().select_related(
        "measure", "department", "subject", "action__memorandum", "action__listing__kind"
    )


def task_lines(tasks: Iterable[MeasureTask], *, reader: Reader, on: date) -> list[TaskLine]:
    """The tasks as a list shows them, each person among them written down in the transaction that reads them."""
    shown, calendar = list(tasks), load_calendar()
    reading = note_readings(Action.PERSON_LISTED, [task.subject for task in shown], reader=reader, fields=LISTED)
    lines = []
    for task in shown:
        reading.require(task.subject)
        lines.append(
            TaskLine(
                task=task,
                url=reverse("office:task", args=[task.public_id]),
                name=label_of(task.subject),
                is_person=task.subject.kind == SubjectKind.PERSON,
                list=task.action.listing.kind.name,
                badge=task_badge(task),
                force=force_badge(task.measure),
                due=due_of(task, on, calendar),
            )
        )
    return lines


def rest_reason(listing: Listing) -> str:
    """Why a listing rests, in a sentence for whoever has to carry measures out."""
    said = f"原因：{listing.suspended_reason}。" if listing.suspended_reason else "所依据的记录正在核查。"
    return f"{said}核查期间不执行这项措施；核实无误后恢复，有误的解除（国发〔2016〕33号（二十二））。"
