"""What repair knows of a subject's case: its entries on the timeline that sanctions shows (F042)."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Role, User
from records.models import Subject
from repair.models import Case, Step
from repair.services.base import ACTIONS
from sanctions import cases
from sanctions.cases import Entry

# How reviewers share the work, and what is only proposed, is theirs: departments see what was done.
INTERNAL = ("claim", "release", "assign", "propose", "return_to")
HANDING = ("claim", "release", "assign")


def told(steps: QuerySet[Step], user: User) -> QuerySet[Step]:
    """The steps this person may read of a case they may see."""
    steps = steps.select_related("by")
    return steps if user.sees_whole_province else steps.exclude(action__in=INTERNAL)


def url_of(case: Case, user: User) -> str:
    """The page of the case for this person: reviewers work on it, a department reads and answers it."""
    return reverse("cases:case" if user.role == Role.REVIEWER else "office:request", args=[case.public_id])


def case_entries(subject: Subject, user: User) -> Iterator[Entry]:
    """The steps of the cases about the subject that this person may see."""
    seen = Case.objects.visible_to(user).filter(subject=subject)
    steps = told(Step.objects.filter(case__in=seen), user).exclude(action__in=HANDING)
    for step in steps.select_related("case"):
        title = f"{step.case.get_kind_display()} {step.case.number}：{ACTIONS[step.action]}"
        yield Entry(step.at, title, step.actor, step.text, url_of(step.case, user))


SOURCES: tuple[cases.Source, ...] = (*cases.SOURCES, case_entries)
