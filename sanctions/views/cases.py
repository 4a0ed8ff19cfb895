"""One subject's case page: lists, tasks, feedback, suspensions and exits on one timeline (F042)."""

from collections.abc import Iterable

from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from audit.actions import Action
from catalogue.models import SubjectKind
from records.models import Subject
from records.services.readings import note_readings
from records.views.reading import reader_of
from sanctions import cases
from sanctions.views.parts import HOME, label_of

OPENED = ("subject_name", "listings", "tasks", "feedback")


@require_safe
@transaction.atomic
def case(request, public_id, sources: Iterable[cases.Source] = cases.SOURCES):
    """Only what this user's departments have listed or been set to do; about anybody else there is no case."""
    subject = get_object_or_404(Subject, public_id=public_id)
    entries = cases.timeline(subject, request.user, sources)
    if not entries:
        raise Http404
    note_readings(Action.SUBJECT_VIEWED, [subject], reader=reader_of(request), fields=OPENED)
    context = {
        "subject": subject,
        "is_person": subject.kind == SubjectKind.PERSON,
        "entries": entries,
        "listings": cases.listings_of(subject, request.user),
        "is_province": request.user.sees_whole_province,
        "section": "tasks",
        "crumbs": [HOME, ("联合奖惩", "/office/tasks/"), (label_of(subject), "")],
    }
    return render(request, "office/case.html", context)
