"""Verbs on subjects."""

from datetime import date

from django.db import transaction

from accounts.models import User
from audit import services as audit
from audit.actions import Action
from records import crypto
from records.errors import Refused, RightMissing
from records.identity import name_key
from records.models import Identifier, Record, Subject
from records.services.batches import require_right
from records.services.readings import Reader, note_readings


@transaction.atomic
def rename_subject(subject: Subject, *, name: str, department, actor: User, reason: str, today: date) -> Subject:
    """Enter a change of name that the registering authority made.

    Former records keep the name they were reported under.
    """
    require_right(actor, "correct", department)
    if not Record.objects.filter(subject=subject, department=department).exists():
        raise RightMissing("本部门没有报送过该主体的记录，不能办理更名。")
    subject = Subject.objects.select_for_update().get(pk=subject.pk)
    former, subject.legal_name, subject.name_key = subject.legal_name, name, name_key(name)
    subject.save(update_fields=["legal_name", "name_key"])
    audit.record(
        Action.SUBJECT_RENAMED,
        subject,
        actor=actor,
        reason=reason,
        business_on=today,
        detail={} if subject.kind == "person" else {"former": former},
    )
    return subject


@transaction.atomic
def reveal_identifier(identifier: Identifier, *, actor: User, purpose: str, today: date) -> str:
    """Show a person's number in full, once, for a stated purpose. No line in the trail, no number (T-15, T-17).

    Raises Refused, LimitReached, SealStale, TrailRefused.
    """
    if not Record.objects.visible_to(actor).filter(subject=identifier.subject_id).exists():
        raise Identifier.DoesNotExist
    if not purpose.strip():
        raise Refused("请写明查看完整号码的用途。", code="purpose_required")
    audit.require_below_limit(Action.IDENTIFIER_REVEALED, actor=actor, on=today)
    note_readings(
        Action.IDENTIFIER_REVEALED,
        [identifier.subject],
        reader=Reader(actor, purpose),
        fields=["number"],
        detail={"kind": identifier.kind},
    )
    return crypto.open_text(identifier.cipher) if identifier.cipher else identifier.lookup
