"""What a subject asks for online, through the pages it uses: written, kept, looked over, handed in once."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import AuditEvent
from records import services as records
from repair.forms_review import DecisionForm
from repair.models import Case, Draft, OwnStatement, RepairRule, Representation
from tests import factories
from tests.conftest import TODAY
from tests.repair.conftest import make_applicant, of_spring, signed_in
from tests.repair.files import png

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def mine(client, applicant):
    return signed_in(client, applicant)


def place(record, kind: str = "objection") -> str:
    return reverse("my:apply", args=[record.public_id, kind])


def objection(**changes: str) -> dict[str, str]:
    return {"about": "content", "contested-CF_NR_FK": "0.3", "text": "金额与决定书不符", "version": "0", **changes}


def repair(applicant, **changes: str) -> dict[str, str]:
    said = {"way": "end_publication", "text": "罚款已经缴纳", "has_committed": "on", "signature": applicant.name}
    return said | {"version": "0", **changes}


def hand_in(client, where: str, said: dict[str, str]):
    """Write, look over, hand in; the answer of the last step."""
    looked = client.post(where, said | {"do": "check"}, follow=True)
    assert looked.status_code == 200, looked.content.decode()
    version = Draft.objects.get().version
    return client.post(looked.request["PATH_INFO"], {"version": version}, follow=True)


def text_of(answer) -> str:
    return answer.content.decode()


def test_an_objection_is_written_looked_over_and_handed_in_with_a_receipt(mine, record):
    looked = mine.post(place(record), objection() | {"do": "check"}, follow=True)
    page = text_of(looked)
    for words in ("罚款金额（万元）", "0.5", "0.3", "金额与决定书不符", "更改", "收到后 2 个工作日内答复是否受理"):
        assert words in page
    where, draft = looked.request["PATH_INFO"], Draft.objects.get()
    answers = [mine.post(where, {"version": draft.version}, follow=True) for _ in range(2)]
    case = Case.objects.get()
    for answer in answers:
        assert answer.redirect_chain[-1][0] == reverse("my:receipt", args=[case.public_id])
        assert case.number in text_of(answer) and "查询码" in text_of(answer)
    assert (case.kind, case.channel, case.contested[0]["claimed"]) == ("objection", "portal", "0.3")


def test_what_is_typed_is_kept_by_itself_and_stands_there_on_return(mine, record):
    answer = mine.post(place(record), objection(text="还没写完"), **HTMX)
    assert "已保存" in text_of(answer) and 'value="1"' in text_of(answer)
    assert "还没写完" in text_of(mine.get(place(record)))


def test_a_second_page_is_told_instead_of_overwriting_the_first(mine, record):
    mine.post(place(record), objection(text="第一页"), **HTMX)
    answer = mine.post(place(record), objection(text="第二页"), **HTMX)
    assert answer.status_code == 409 and "在另一个页面" in text_of(answer)
    page = mine.post(place(record), objection(text="第二页") | {"do": "check"})
    assert page.status_code == 409 and "第二页" in text_of(page) and "data-error-summary" in text_of(page)
    assert Draft.objects.get().content["text"] == "第一页"


def test_what_is_missing_stands_above_the_form_and_the_rest_is_kept(mine, record, applicant):
    answer = mine.post(place(record, "repair"), {"text": "罚款已经缴纳", "version": "0", "do": "check"})
    page = text_of(answer)
    assert answer.status_code == 400 and "data-error-summary" in page and "<title>错误：" in page
    for sentence in ("请选择一种方式。", "请勾选信用承诺书。", "请在承诺书下签名。"):
        assert sentence in page
    assert "罚款已经缴纳" in page and Draft.objects.exists() and not Case.objects.exists()


def test_a_repair_offers_only_what_the_law_allows_with_article_and_proof_and_is_signed(mine, record, applicant):
    page = text_of(mine.get(place(record, "repair")))
    assert "终止公示" in page and "国办发〔2016〕98号四（三）" in page and "申请人郑重承诺" in page
    assert "志愿服务" not in page
    hand_in(mine, place(record, "repair"), repair(applicant))
    assert applicant.name in Case.objects.get().commitment


def test_somebody_elses_name_is_no_signature(mine, record, applicant):
    answer = hand_in(mine, place(record, "repair"), repair(applicant, signature="别的公司"))
    assert answer.status_code == 400 and "签名与登录的姓名或者名称不一致" in text_of(answer)
    assert not Case.objects.exists() and Draft.objects.exists()


def test_before_the_earliest_day_only_what_ends_nothing_is_offered(client, department, clerk):
    early = factories.register(factories.penalty(department, 7), clerk)
    applicant = make_applicant(early, 7)
    mine = signed_in(client, applicant)
    page = text_of(mine.get(place(early, "repair")))
    assert "最短公示期未满，2027-02-03 起可以申请" in page and 'value="statement"' in page
    assert 'value="end_publication"' not in page
    answer = mine.post(place(early, "repair"), repair(applicant) | {"do": "check"})
    assert answer.status_code == 400 and not Case.objects.exists()


def test_what_cannot_be_repaired_has_no_form_and_says_why(mine, record):
    RepairRule.objects.filter(item_codes=["XZCF"]).update(is_repairable=False, why_not="法律规定不得修复。")
    page = text_of(mine.get(place(record, "repair")))
    assert "法律规定不得修复。" in page and "第36号" in page and 'name="way"' not in page


def test_an_own_statement_is_seen_as_it_will_stand_and_is_not_too_long(mine, record, applicant):
    said = repair(applicant, way="statement", text="当时仓库正在搬迁，现已整改。")
    looked = mine.post(place(record, "repair"), said | {"do": "check"}, follow=True)
    assert "当事人的解释" in text_of(looked) and "准予后展示的样子" in text_of(looked)
    answer = mine.post(place(record, "repair"), said | {"text": "长" * 501, "version": "1", "do": "check"})
    assert answer.status_code == 400 and "最长 500 个字，现在有 501 个" in text_of(answer)
    assert not OwnStatement.objects.exists()


def test_files_are_handed_in_with_the_draft_and_what_is_no_document_is_refused(mine, record):
    send = {"do": "upload", "evidence_kind": "缴款凭证", "file": SimpleUploadedFile("凭证.png", png())}
    page = text_of(mine.post(place(record), objection() | send, follow=True))
    assert "凭证.png" in page and "缴款凭证" in page
    bad = {"do": "upload", "version": "1", "file": SimpleUploadedFile("凭证.png", b"MZ not a picture")}
    answer = mine.post(place(record), objection() | bad)
    assert answer.status_code == 400 and "data-error-summary" in text_of(answer)
    one = Draft.objects.get().evidence.get()
    mine.post(place(record), objection(version="1") | {"do": f"drop:{one.public_id}"})
    assert not Draft.objects.get().evidence.exists()


def test_a_complaint_is_about_a_department_and_a_lawsuit_names_court_and_number(mine, record, department):
    missing = mine.post(reverse("my:complaint"), {"text": "没有答复", "version": "0", "do": "check"})
    assert missing.status_code == 400 and "请选择投诉的单位。" in text_of(missing)
    hand_in(mine, reverse("my:complaint"), {"department": department.pk, "text": "没有答复", "version": "1"})
    assert Case.objects.get(kind="complaint").department == department
    court = {"review_body": "示例中级人民法院", "review_no": "（2026）示行初 1 号", "text": "已经起诉", "version": "0"}
    hand_in(mine, place(record, "review"), court)
    assert Case.objects.get(kind="review").state == "submitted"


def test_an_objection_to_publication_leaves_every_field_open_to_correction(mine, record):
    hand_in(mine, place(record), {"about": "publication", "text": "已经超过期限", "version": "0"})
    case = Case.objects.get()
    assert [(row["code"], row["label"]) for row in case.contested] == [("", "公示")]
    assert "value-CF_NR_FK" in DecisionForm(case=case).fields


def test_only_what_there_is_can_be_objected_to(mine, record):
    page = text_of(mine.get(place(record)))
    assert 'value="content"' in page and 'value="publication"' in page
    assert 'value="measure"' not in page and 'value="repair_result"' not in page and 'value="listing"' not in page


def test_a_second_objection_is_told_of_the_first(mine, record):
    hand_in(mine, place(record), objection())
    answer = hand_in(mine, place(record), objection())
    assert answer.status_code == 400 and "已有正在办理的同类申请" in text_of(answer)
    assert Case.objects.count() == 1


def test_after_withdrawal_nothing_is_asked_for(mine, record, clerk):
    looked = mine.post(place(record), objection() | {"do": "check"}, follow=True)
    records.withdraw_record(record, actor=clerk, reason="核对时发现有误", today=TODAY)
    answer = mine.post(looked.request["PATH_INFO"], {"version": 1})
    assert answer.status_code == 400 and "这条记录已经撤回" in text_of(answer) and not Case.objects.exists()


@pytest.mark.parametrize("kind", ["repair", "objection", "review"])
def test_somebody_elses_record_does_not_exist(mine, department, clerk, kind):
    other = factories.register(of_spring(department, 2, firm=2), clerk)
    assert mine.get(place(other, kind)).status_code == 404
    assert mine.post(place(other, kind), objection()).status_code == 404
    assert not Draft.objects.exists()


@pytest.mark.parametrize("kind", ["correction", "complaint", "nonsense"])
def test_other_kinds_have_no_form_about_a_record(mine, record, kind):
    assert mine.get(place(record, kind)).status_code == 404


def test_draft_and_receipt_of_somebody_else_do_not_exist(mine, client, record, department, clerk):
    mine.post(place(record), objection(), **HTMX)
    draft = Draft.objects.get()
    stranger = make_applicant(factories.register(of_spring(department, 2, firm=2), clerk), 2)
    signed_in(client, stranger)
    for name in ("my:draft-check", "my:draft-drop"):
        assert client.post(reverse(name, args=[draft.public_id]), {"version": 1}).status_code == 404
    assert Draft.objects.exists()


def test_a_dropped_draft_is_gone(mine, record):
    mine.post(place(record), objection(), **HTMX)
    mine.post(reverse("my:draft-drop", args=[Draft.objects.get().public_id]))
    assert not Draft.objects.exists()


def test_a_representative_acts_by_name_and_power(client, record, department, clerk):
    agent = make_applicant(factories.register(of_spring(department, 2, firm=2), clerk), 2)
    Representation.objects.create(
        applicant=agent, subject=record.subject, authority_no="委托1号", valid_from=TODAY, valid_until=TODAY
    )
    answer = hand_in(signed_in(client, agent), place(record), objection())
    assert "授权文书：委托1号" in text_of(answer)


def test_each_look_at_a_persons_record_while_writing_leaves_a_line(client, department, clerk):
    fine = factories.register(factories.persons_penalty(department, 3, CF_JDRQ="2026-05-06"), clerk)
    mine = signed_in(client, make_applicant(fine, 3))
    mine.get(place(fine))
    assert AuditEvent.objects.filter(action="repair.own.read").count() == 1
    mine.post(place(fine), objection(), **HTMX)  # shows nothing of the record
    assert AuditEvent.objects.filter(action="repair.own.read").count() == 1


@pytest.mark.parametrize(("kind", "number"), [("repair", 9), ("objection", 9), ("review", 5)])
def test_a_form_asks_the_same_few_questions(mine, record, kind, number):
    with CaptureQueriesContext(connection) as queries:
        mine.get(place(record, kind))
    asked = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
    assert len(asked) == number, "\n".join(asked)
