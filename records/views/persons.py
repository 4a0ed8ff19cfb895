"""A person in an occupation: licences to practise and what is recorded of the person (98号三（二）、112号二（二）)."""

from dataclasses import dataclass

from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from audit.actions import Action
from catalogue.models import Category, SubjectKind
from catalogue.order import in_national_order
from deadlines.clock import today
from records.models import Certificate, Record, Subject
from records.services.readings import Reading, note_readings
from records.views.lists import LISTED, LONGEST, RecordLine, mask_name, record_line
from records.views.reading import reader_of


@dataclass(frozen=True, slots=True)
class Group:
    """The records of one section of the report, as lines."""

    id: str
    label: str
    lines: list[RecordLine]


@require_safe
def occupation_file(request, public_id):
    """职业信用档案. Reading it is written down first: no line in the trail, no data (T-15)."""
    with transaction.atomic():
        people = Subject.objects.visible_to(request.user).filter(kind=SubjectKind.PERSON)
        person = get_object_or_404(people, public_id=public_id)
        certificates = list(Certificate.objects.visible_to(request.user).filter(subject=person))
        if not certificates:
            raise Http404
        reading = note_readings(
            Action.OCCUPATION_VIEWED,
            [person],
            reader=reader_of(request),
            fields=["legal_name", "certificates", *LISTED],
        )
        context = {
            "subject": person,
            "certificates": [(certificate, _standing(certificate)) for certificate in certificates],
            "groups": _groups(request.user, person, reading),
            "section": "records",
            "crumbs": [
                ("待办", "/office/"),
                ("记录", "/office/records/"),
                (mask_name(person.legal_name), reverse("office:subject", args=[person.public_id])),
                ("职业信用档案", ""),
            ],
        }
        return render(request, "office/occupation_file.html", context)


def _standing(certificate: Certificate) -> dict:
    """The licence in one word. One that says 有效 and has run out is not."""
    if certificate.status != "有效":
        return {"kind": "stop", "icon": "ended", "label": certificate.status}
    if certificate.valid_until < today():
        return {"kind": "", "icon": "ended", "label": "已过有效期"}
    return {"kind": "in-time", "icon": "check", "label": "有效"}


def _groups(user, person: Subject, reading: Reading) -> list[Group]:
    records = Record.objects.visible_to(user).filter(subject=person).select_related("item", "subject", "department")
    found = list(records.order_by("-decided_on", "-pk")[:LONGEST])
    items = in_national_order({record.item for record in found})
    place = {item.pk: number for number, item in enumerate(items)}
    found.sort(key=lambda record: place[record.item_id])
    grouped = {category: [r for r in found if r.item.category == category] for category in Category}
    return [
        Group(c.value, c.label, [record_line(r, today(), reading) for r in records])
        for c, records in grouped.items()
        if records
    ]
