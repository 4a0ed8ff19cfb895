"""One subject's case: what happened on lists and in joint action, on one timeline (33号（十八）).

Each source is a question: given a subject, a user and what they may see, the entries it knows of. Upper apps that hold
more of a case (objections, repairs) give the page their own sources; nothing is registered anywhere.
"""

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from records.models import Record, Subject
from sanctions.models import Listing, MeasureTask, Purpose
from sanctions.workflow import ExitKind


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened, when, by whom; `url` leads to the row it stands in."""

    at: datetime.date | datetime.datetime
    title: str
    actor: str = ""
    note: str = ""
    url: str = ""

    @property
    def moment(self) -> datetime.datetime:
        """For the order: a day without an hour stands at its beginning."""
        if isinstance(self.at, datetime.datetime):
            return timezone.localtime(self.at)
        return timezone.make_aware(datetime.datetime.combine(self.at, datetime.time.min))


Source = Callable[[Subject, User], Iterable[Entry]]


def listings_of(subject: Subject, user: User):
    """The listings of the user's departments that are about the subject, itself or as a person responsible."""
    named = Record.objects.filter(subject=subject, derived_from__isnull=False).values("derived_from")
    about = Q(subject=subject) | Q(record__in=named)
    return Listing.objects.visible_to(user).filter(about).select_related("kind", "department")


def tasks_of(subject: Subject, user: User):
    return MeasureTask.objects.visible_to(user).filter(subject=subject).select_related(
        "measure", "department", "answered_by", "verified_by", "action__listing__kind"
    )  # fmt: skip


def listing_entries(subject: Subject, user: User) -> Iterator[Entry]:
    for listing in listings_of(subject, user):
        name, department = f"“{listing.kind.name}”", listing.department.name
        yield Entry(listing.proposed_on, f"提名列入{name}", department, f"{listing.document_no}　{listing.facts}")
        if listing.notified_on:
            yield Entry(listing.notified_on, f"告知拟列入{name}", department, listing.notified_how)
        if listing.stated_on:
            yield Entry(listing.stated_on, "陈述申辩", "", listing.statement)
        if listing.entered_on:
            until = f"期限至 {listing.ends_on}" if listing.ends_on else "没有规定期限"
            yield Entry(listing.entered_on, f"列入{name}", department, until)
        elif listing.decided_at:
            yield Entry(listing.decided_at, f"决定不列入{name}", department, listing.decision_reason)
        if listing.under_review_since:
            yield Entry(listing.under_review_since, "决定正在复议或者诉讼", "", listing.review_no)
        if listing.suspended_at:
            yield Entry(listing.suspended_at, f"{name}暂不执行", department, listing.suspended_reason)
        if listing.reentered_on:
            yield Entry(listing.reentered_on, f"重新列入{name}", department, "撤销信用修复")
        if listing.exited_on:
            kind = ExitKind(listing.exit_kind).label
            yield Entry(listing.exited_on, f"移出{name}", department, f"{kind}：{listing.exit_reason}")


def task_entries(subject: Subject, user: User) -> Iterator[Entry]:
    for task in tasks_of(subject, user):
        url = reverse("office:task", args=[task.public_id])
        what = f"解除：{task.measure.text}" if task.purpose == Purpose.RELEASE else task.measure.text
        due = f"办理期限 {task.due_on}" if task.due_on else "仅供参考"
        yield Entry(task.issued_on, f"下达任务：{what}", task.department.name, due, url)
        if task.received_at:
            yield Entry(task.received_at, f"签收：{what}", task.department.name, url=url)
        if task.answered_at:
            answer = f"{task.get_answer_display().partition('，')[0]}：{task.outcome}"
            yield Entry(task.answered_at, f"反馈：{what}", task.department.name, answer, url)
        if task.verified_at and task.answered_at:
            yield Entry(task.verified_at, f"核验：{what}", task.action.listing.kind.name, task.opinion, url)
        if task.lifted_on:
            yield Entry(task.lifted_on, f"措施解除：{what}", task.department.name, url=url)


SOURCES: tuple[Source, ...] = (listing_entries, task_entries)


def timeline(subject: Subject, user: User, sources: Iterable[Source] = SOURCES) -> list[Entry]:
    """What all sources know of, the latest first."""
    entries = [entry for source in sources for entry in source(subject, user)]
    return sorted(entries, key=lambda entry: entry.moment)[::-1]  # of one day, the later step first
