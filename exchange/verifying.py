"""The verb that asks the population base library about the people on record (98号三（一）: 个人身份信息查核).

Claim and commit, call outside any transaction, note what was heard. Asking twice does no harm, so what a dead process
claimed is simply due again after PATIENCE. While the library is silent one batch is tried, not everybody.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from catalogue.models import SubjectKind
from exchange import bulk
from exchange.client import NoAnswer
from exchange.identity import MAX_PERSONS, Answer, Claim, PopulationBase
from exchange.models import IdentityCheck
from records import crypto
from records.models import Identifier, IdentifierKind, Subject, Verification
from records.services import note_verification

PATIENCE = timedelta(minutes=2)  # longer than any exchange lasts
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
DUE = (Verification.UNVERIFIED, Verification.UNAVAILABLE)
OUTCOMES = {
    Answer.MATCH: Verification.VERIFIED,
    Answer.MISMATCH: Verification.MISMATCH,
    Answer.ABSENT: Verification.MISMATCH,
    Answer.UNAVAILABLE: Verification.UNAVAILABLE,
}


def population_base() -> PopulationBase:
    return PopulationBase(settings.POPULATION_URL, settings.POPULATION_KEY, settings.NATIONAL_SOURCE)


def verify_persons(limit: int = MAX_PERSONS, base: PopulationBase | None = None) -> int:
    """Ask about at most `limit` (and MAX_PERSONS) people that are due; how many were answered about.

    One process at a time and one request a call, so the bell's rate is the rate the library sees.
    """
    with bulk.only_pusher("exchange.verify") as is_ours:
        return _verify(min(limit, MAX_PERSONS), base or population_base()) if is_ours else 0


def _verify(limit: int, base: PopulationBase) -> int:
    persons = _claim(limit)
    if not persons:
        return 0
    try:
        answers = base.verify([_claim_of(person) for person in persons])
    except NoAnswer as silence:
        _postpone(persons, silence)
        return 0
    return sum(_hear(person, answer) for person, answer in zip(persons, answers, strict=True))


@transaction.atomic
def _claim(limit: int) -> list[Subject]:
    """People known by identity card whom the library has said nothing final about, and whose time has come."""
    now = timezone.now()
    if IdentityCheck.objects.filter(next_attempt_at__gt=now).exclude(code="").exists():
        return []
    cards = Identifier.objects.filter(subject=OuterRef("pk"), kind=IdentifierKind.ID_CARD)
    waiting = IdentityCheck.objects.filter(subject=OuterRef("pk"), next_attempt_at__gt=now)
    due = Subject.objects.standing_alone().filter(Exists(cards), ~Exists(waiting), verification__in=DUE)
    persons = list(due.filter(kind=SubjectKind.PERSON).order_by("pk").select_for_update(skip_locked=True)[:limit])
    claimed = [IdentityCheck(subject=person, next_attempt_at=now + PATIENCE, updated_at=now) for person in persons]
    IdentityCheck.objects.bulk_create(
        claimed,
        update_conflicts=True,
        unique_fields=["subject"],
        update_fields=["next_attempt_at", "updated_at"],
    )
    return persons


def _claim_of(person: Subject) -> Claim:
    card = person.identifiers.filter(kind=IdentifierKind.ID_CARD).order_by("pk")[0]
    return Claim(crypto.open_text(card.cipher), person.legal_name)


@transaction.atomic
def _hear(person: Subject, answer: Answer) -> bool:
    """Note what was said, unless the person was renamed or merged while we asked: then the answer is about nobody."""
    check = IdentityCheck.objects.select_for_update().get(subject=person)
    held = Subject.objects.select_for_update().get(pk=person.pk)
    check.code, check.answer, check.next_attempt_at = "", answer, None
    if (held.legal_name, held.merged_into_id) != (person.legal_name, None):
        check.answer = ""
        check.save()
        return False
    check.attempts = check.attempts + 1 if answer == Answer.UNAVAILABLE else 0
    if answer == Answer.UNAVAILABLE:
        check.next_attempt_at = timezone.now() + _wait(check.attempts)
    check.save()
    if held.verification != OUTCOMES[answer]:
        note_verification(held, outcome=OUTCOMES[answer])
    return True


@transaction.atomic
def _postpone(persons: list[Subject], silence: NoAnswer) -> None:
    """Nobody was answered about: the same people are asked about again, after a wait that grows."""
    checks = IdentityCheck.objects.filter(subject__in=persons)
    attempts = max(checks.values_list("attempts", flat=True)) + 1
    wait = timedelta(seconds=silence.retry_after) if silence.retry_after else _wait(attempts)
    checks.update(attempts=F("attempts") + 1, next_attempt_at=timezone.now() + wait, code=silence.code)


def _wait(attempts: int) -> timedelta:
    return min(FIRST_WAIT * 2 ** min(attempts - 1, 12), LONGEST_WAIT)
