"""What is told: notices in the portal at once and by e-mail later, letters with remedies, progress by receipt."""

import datetime

import pytest

from records import crypto
from repair import letters, services
from repair.models import LetterText, Notice
from repair.services import notices
from repair.services.seeding import text_rows
from tests.conftest import TODAY
from tests.repair.conftest import GRANT, REFUSE


@pytest.fixture
def reachable(applicant):
    """The applicant has left an e-mail address."""
    applicant.email_cipher = crypto.seal_text("someone@example.org")
    applicant.save()
    return applicant


def test_the_portal_tells_at_once_and_the_mail_goes_later(opened, reachable, settings):
    settings.NOTICE_BACKEND = "file"
    case = opened()
    assert dict(Notice.objects.filter(case=case).values_list("channel", "state")) == {
        "portal": "sent",
        "email": "queued",
    }
    assert services.send_due() == 1
    assert services.send_due() == 0
    (sent,) = (settings.DATA_DIR / "notices").iterdir()
    assert "someone@example.org" in sent.read_text(encoding="utf-8") and case.number in sent.read_text(encoding="utf-8")


def test_a_mail_that_cannot_go_is_tried_again_and_given_up_at_last(opened, reachable, monkeypatch):
    class Down:
        def send(self, notice, to):
            raise OSError("unreachable")

    monkeypatch.setitem(notices.BACKENDS, "console", Down)
    opened()
    for _ in range(notices.ATTEMPTS):
        Notice.objects.update(next_attempt_at="2026-01-01T00:00Z")
        assert services.send_due() == 0
    notice = Notice.objects.get(channel="email")
    assert (notice.state, notice.attempts, notice.last_error) == ("failed", notices.ATTEMPTS, "OSError")


def test_every_step_is_told(decided, applicant):
    decided("repair", GRANT)
    told = list(Notice.objects.filter(applicant=applicant).order_by("pk").values_list("title", flat=True))
    assert told == ["申请已经收到", "申请已经受理", "已经作出决定"]


@pytest.mark.parametrize(("kind", "decision"), [("repair", GRANT), ("repair", REFUSE), ("objection", REFUSE)])
def test_every_decision_prints_where_one_may_turn(decided, kind, decision):
    case = decided(kind, decision)
    assert "60 日" in case.letter and "6 个月" in case.letter and case.reasons in case.letter
    assert "{" not in case.letter and case.letter_edition == "2026-11"


def test_a_letter_keeps_the_words_of_its_day(decided):
    LetterText.objects.create(
        key="decision.grant.repair", edition="2027-01", title="新决定书", body="新的文本 {number}",
        in_force_from=datetime.date(2027, 1, 1), source="测试", evidence="to_be_verified",
    )  # fmt: skip
    case = decided("repair", GRANT)
    assert "新的文本" not in case.letter
    written = letters.write(case, "decision.grant", today=datetime.date(2027, 1, 1))
    assert (written.text, written.edition) == (f"新的文本 {case.number}", "2027-01")


def test_progress_is_found_by_number_and_check_code_alone(opened):
    case = opened()
    code = services.check_code_of(case)
    assert len(code) == 8 and code not in case.check_code_digest
    assert services.find_by_receipt(case.number.lower(), f" {code.lower()} ") == case
    assert services.find_by_receipt(case.number, "22222222") is None


def test_every_text_has_only_blanks_that_are_filled(opened):
    assert set(letters.values_of(opened(), TODAY)) == set(letters.BLANKS)
    assert [row["key"] for row in text_rows() if letters.unknown_blanks(row["body"])] == []


@pytest.mark.parametrize("body", ["{nobody}", "{number.__class__}", "{number!r}", "{number:>9}", "{", "{}"])
def test_a_text_with_a_blank_nothing_fills_is_not_taken(body):
    assert letters.unknown_blanks(body)


def test_every_event_has_its_words(db):
    keys = set(LetterText.objects.values_list("key", flat=True))
    told = {"opened", "accepted", "rejected", "returned", "supplemented", "forwarded", "answered", "extended",
            "recalled", "lapsed", "decided", "revoked"}  # fmt: skip
    assert {f"notice.{event}" for event in told} <= keys
    assert {"decision.grant", "decision.refuse", "decision.revoke", "rejected", "office.forwarded"} <= keys
