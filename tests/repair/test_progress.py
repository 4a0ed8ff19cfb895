"""Who holds a receipt learns how the case stands, and nobody learns anything by guessing."""

import datetime

import pytest
from django.test import Client

from audit.actions import Action
from audit.models import AuditEvent
from repair import services, workflow
from repair.models import Case
from repair.services import progress
from repair.views.standing import WORDS
from tests.conftest import TODAY
from tests.repair.conftest import GRANT

PLACE = "/progress/"


def ask(case: Case | None = None, *, number: str = "", code: str = "", address: str = "203.0.113.7"):
    said = {"number": number or case.number, "check_code": code or services.check_code_of(case)}
    return Client().post(PLACE, said, REMOTE_ADDR=address)


def text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def many(monkeypatch):
    """Fewer wrong answers are enough for the limits."""
    monkeypatch.setattr(progress, "PER_NUMBER", 3)
    monkeypatch.setattr(progress, "PER_ADDRESS", 5)


def test_the_holder_of_a_receipt_sees_the_state_and_the_working_days_left(opened):
    case = opened()
    page = text(ask(case))
    assert "已经收到" in page and "决定是否受理" in page
    assert str(case.due_on) in page and "剩 2 个工作日" in page


def test_a_receipt_is_read_as_people_type_it(opened):
    case = opened()
    code = services.check_code_of(case)
    answer = ask(number=f" {case.number.lower().replace('-', '－')} ", code=f"{code[:4].lower()} {code[4:].lower()}")
    assert answer.status_code == 200 and case.number in text(answer)


def test_what_is_missing_and_until_when_is_said_in_full(opened, reviewer):
    case = opened()
    services.ask_material(case, actor=reviewer, version=case.version, what="决定书复印件", today=TODAY)
    case.refresh_from_db()
    page = text(ask(case))
    assert "等待您补正材料" in page and "决定书复印件" in page and f"{case.due_on}</time> 以前补正" in page


def test_a_decision_is_told_without_its_content_and_without_names(decided, record, reviewer, second):
    case = decided("repair", GRANT)
    page = text(ask(case))
    assert "准予修复" in page and str(case.decided_on) in page
    for hidden in (record.document_no, record.subject_name, case.reasons, case.claim, str(reviewer), str(second)):
        assert hidden not in page


def test_what_is_only_proposed_looks_as_what_is_being_examined(accepted, reviewer):
    case = accepted("repair")
    before = text(ask(case))
    services.propose(case, GRANT, actor=reviewer, version=case.version, today=TODAY + datetime.timedelta(days=1))
    after = text(ask(case))
    assert "拟决定" not in after and "准予" not in after
    assert f"{TODAY}</time> 起" in before and f"{TODAY}</time> 起" in after


def test_a_term_that_has_passed_says_where_to_turn(opened, rehearse):
    case = opened()
    rehearse(case.due_on + datetime.timedelta(days=3))
    assert "逾期 3 日" in text(ask(case)) and "投诉" in text(ask(case))


def without_entry(page: str, *entries: str) -> str:
    for entry in entries:
        page = page.replace(entry, "")
    return page.split('name="csrfmiddlewaretoken"')[0] + page.split('name="csrfmiddlewaretoken"')[1].split(">", 1)[1]


def test_a_wrong_code_and_a_number_nobody_has_are_answered_alike(opened):
    case = opened()
    wrong, unknown = ask(case, code="22222222"), ask(number="YY20261122-99999", code="22222222")
    assert (wrong.status_code, unknown.status_code) == (404, 404)
    assert "没有查到" in text(wrong)
    assert without_entry(text(wrong), case.number) == without_entry(text(unknown), "YY20261122-99999")


def test_guessing_codes_of_a_number_ends_for_everybody_for_a_while(opened, many):
    case = opened()
    for attempt in range(3):
        assert ask(case, code="22222222", address=f"203.0.113.{attempt}").status_code == 404
    answer = ask(case, address="203.0.113.99")
    assert answer.status_code == 429 and "次数过多" in text(answer) and "已经收到" not in text(answer)
    with pytest.raises(progress.ReceiptRefused) as refusal:
        services.look_up(case.number, services.check_code_of(case), address="203.0.113.99")
    assert refusal.value.code == "receipt_too_many"


def test_guessing_numbers_from_one_address_ends_for_that_address_alone(opened, many):
    case = opened()
    for serial in range(5):
        ask(number=f"YY20261122-8{serial:04}", code="22222222")
    assert ask(case).status_code == 429
    assert ask(case, address="203.0.113.8").status_code == 200


def test_a_guess_at_a_number_nobody_has_counts_as_any_other(many, db):
    codes = [ask(number="YY20261122-99999", code="22222222", address=f"203.0.113.{n}").status_code for n in range(4)]
    assert codes == [404, 404, 404, 429]


def test_every_look_leaves_a_line_that_holds_neither_code_nor_number_typed(opened):
    case = opened()
    ask(case)
    ask(number="530102199003078515", code="22222222")
    seen = AuditEvent.objects.get(action=Action.PROGRESS_VIEWED)
    assert (seen.object_label, seen.actor_id) == (case.number, f"receipt:{case.number}")
    lines = AuditEvent.objects.filter(action=Action.PROGRESS_REFUSED)
    assert {line.result for line in lines} == {"refused"} and lines.count() == 2
    assert "530102" not in "".join(f"{line.object_id}{line.object_label}{line.detail}" for line in lines)


def test_the_page_is_kept_by_no_browser_and_no_search_engine(opened):
    for answer in (Client().get(PLACE), ask(opened())):
        assert "no-store" in answer["Cache-Control"] and "noindex" in answer["X-Robots-Tag"]


def test_what_was_left_empty_is_asked_for(db):
    answer = Client().post(PLACE, {"number": ""})
    assert answer.status_code == 400 and "请填写受理号。" in text(answer) and "请填写查询码。" in text(answer)
    assert not AuditEvent.objects.filter(action=Action.PROGRESS_REFUSED).exists()


def test_the_portal_leads_to_it(record):
    for place in ("/", "/services/", f"/records/{record.public_id}/"):
        assert f'href="{PLACE}"' in text(Client().get(place))


def test_every_state_has_its_words():
    assert set(WORDS) == set(workflow.CaseState.values)
