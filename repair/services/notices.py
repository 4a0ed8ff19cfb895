"""What applicants and departments are told at each step: rows in the same transaction, sent later by a task."""

from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Department
from audit import services as audit
from audit.actions import Action
from records import crypto
from records.models import Record
from repair import letters, workflow
from repair.letters import Written
from repair.models import Applicant, Case, Notice, NoticeChannel

ATTEMPTS = 6
AT_ONCE = 50


def tell(case: Case, event: str, *, today: date) -> None:
    """Tell whose case it is; the portal shows it at once, e-mail and SMS go where an address is known."""
    applicant = case.applicant
    if applicant is None:
        return
    _to_applicant(applicant, letters.write(case, f"notice.{event}", today=today), case=case)


def remind(applicant: Applicant, record: Record, *, today: date) -> None:
    """Tell an applicant, once, that this record of its own can be repaired. What it says is not in the words: mail is
    read by others too.
    """
    _to_applicant(applicant, letters.plain("reminder", today=today), record=record)
    audit.record(Action.NOTICE_REMINDED, record, business_on=today)


def _to_applicant(applicant: Applicant, written: Written, **about: Case | Record) -> None:
    words = {"applicant": applicant, "title": written.title, "text": written.text, **about}
    Notice.objects.create(channel=NoticeChannel.PORTAL, state=workflow.SENT, sent_at=timezone.now(), **words)
    for channel, cipher in ((NoticeChannel.EMAIL, applicant.email_cipher), (NoticeChannel.SMS, applicant.phone_cipher)):
        if cipher:
            Notice.objects.create(channel=channel, to_cipher=cipher, next_attempt_at=timezone.now(), **words)


def tell_department(case: Case, department: Department, event: str, *, today: date) -> None:
    """Tell a department: the office shows it."""
    written = letters.write(case, f"office.{event}", today=today)
    Notice.objects.create(
        case=case, department=department, channel=NoticeChannel.OFFICE, title=written.title, text=written.text,
        state=workflow.SENT, sent_at=timezone.now(),
    )  # fmt: skip


@transaction.atomic
def read_notices(told: QuerySet[Notice]) -> int:
    """These notices have been read; how many were new."""
    return told.filter(read_at__isnull=True).update(read_at=timezone.now())


class Console:
    """Prints that a notice was sent, and to nobody's eyes: the address stays sealed, the text is not printed."""

    def send(self, notice: Notice, to: str) -> None:
        print(f"notice {notice.public_id} {notice.channel}")


class Files:
    """Writes each notice into a folder of the data directory, for trying things out."""

    def send(self, notice: Notice, to: str) -> None:
        folder = Path(settings.DATA_DIR) / "notices"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        content = f"{notice.channel}\n{to}\n{notice.title}\n\n{notice.text}\n"
        (folder / f"{notice.public_id}.txt").write_text(content, encoding="utf-8")


BACKENDS = {"console": Console, "file": Files}


def send_due() -> int:
    """Send what waits: claimed, sent outside any transaction, then written down. Returns how many were sent.

    Killed in between, a notice may be sent twice; it is never lost.
    """
    backend = BACKENDS[settings.NOTICE_BACKEND]()
    sent = 0
    for pk in _claimed():
        notice = Notice.objects.select_related("case", "record").get(pk=pk)
        try:
            backend.send(notice, crypto.open_text(notice.to_cipher))
        except OSError as error:
            _failed(notice, error)
        else:
            _sent(notice)
            sent += 1
    return sent


@transaction.atomic
def _claimed() -> list[int]:
    now = timezone.now()
    due = Notice.objects.filter(state=workflow.QUEUED, next_attempt_at__lte=now).order_by("next_attempt_at")
    keys = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:AT_ONCE])
    Notice.objects.filter(pk__in=keys).update(next_attempt_at=now + timedelta(minutes=5))
    return keys


@transaction.atomic
def _sent(notice: Notice) -> None:
    notice.state, notice.sent_at = workflow.next_state(notice.state, "send"), timezone.now()
    notice.attempts += 1
    notice.save(update_fields=["state", "sent_at", "attempts"])
    audit.record(Action.NOTICE_SENT, notice.about, detail={"channel": notice.channel})


@transaction.atomic
def _failed(notice: Notice, error: OSError) -> None:
    notice.attempts += 1
    notice.last_error = type(error).__name__
    notice.next_attempt_at = timezone.now() + timedelta(minutes=2**notice.attempts)
    if notice.attempts >= ATTEMPTS:
        notice.state = workflow.next_state(notice.state, "give_up")
        audit.record(Action.NOTICE_FAILED, notice.about, detail={"channel": notice.channel})
    notice.save(update_fields=["attempts", "last_error", "next_attempt_at", "state"])
