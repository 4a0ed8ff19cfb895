"""Who comes to the counter with paper has a case, and hears at once where the law says no."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Role
from audit.actions import Action
from audit.models import AuditEvent
from records.models import Record
from repair import services
from repair.models import Case, Evidence
from tests import factories
from tests.conftest import TODAY
from tests.factories import make_department, make_user
from tests.repair import clamd
from tests.repair.files import EICAR, pdf, png


def browser(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def counter(clerk):
    return browser(clerk)


def place(record: Record) -> str:
    return f"/office/records/{record.public_id}/request/"


def paper(kind: str = "objection", **changes: str) -> dict[str, str]:
    return {"key": str(uuid.uuid4()), "kind": kind, "text": "金额与决定书不符", **changes}


def receipt_of(case: Case) -> str:
    return f"/office/requests/{case.public_id}/receipt/"


def text(answer) -> str:
    return answer.content.decode()


def test_an_objection_on_paper_becomes_one_case_however_often_the_button_is_pressed(counter, record, clerk):
    assert "登记修复或异议" in counter.get(f"/office/records/{record.public_id}/").content.decode()
    said = paper(agent_name="示例代理", agent_authority="2026 年 11 月 1 日授权委托书")
    answers = [counter.post(place(record), said, follow=True) for _ in range(2)]
    case = Case.objects.get()
    assert (case.kind, case.on_paper, case.opened_by, case.record) == ("objection", True, clerk, record)
    assert all(case.number in answer.content.decode() for answer in answers)
    assert case.agent_name == "示例代理" and case.due_on


def test_a_second_objection_to_the_same_record_is_told_of_the_first(counter, record):
    counter.post(place(record), paper())
    answer = counter.post(place(record), paper())
    assert answer.status_code == 400 and "已有正在办理的同类申请" in answer.content.decode()
    assert Case.objects.count() == 1


def test_a_repair_needs_its_way_and_the_commitment(counter, record):
    answer = counter.post(place(record), paper("repair"))
    page = answer.content.decode()
    assert answer.status_code == 400 and "请选择修复的方式" in page and "信用承诺书" in page
    assert not Case.objects.exists()
    counter.post(place(record), paper("repair", way="end_publication", has_committed="on", review_no="不相干"))
    assert (Case.objects.get().way, Case.objects.get().review_no) == ("end_publication", "")


def test_the_page_says_from_when_a_record_can_be_repaired(counter, department, clerk):
    early = factories.register(factories.penalty(department, 7), clerk)
    assert "最短公示期未满" in counter.get(place(early)).content.decode()
    answer = counter.post(place(early), paper("repair", way="end_publication", has_committed="on"))
    assert answer.status_code == 400 and not Case.objects.exists()


def test_a_reviewer_registers_a_lawsuit_and_sees_it_in_the_queue(record, reviewer):
    client = Client()
    client.force_login(reviewer)
    said = paper("review", review_body="示例中级人民法院", review_no="（2026）示行初 1 号")
    answer = client.post(place(record), said, follow=True)
    case = Case.objects.get()
    assert answer.redirect_chain[-1][0] == receipt_of(case) and f"/admin/cases/{case.public_id}/" in text(answer)
    assert Case.objects.get().state == "accepted"


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AUDITOR])
def test_who_only_watches_opens_nothing(record, role):
    client = Client()
    client.force_login(make_user("watcher", role))
    assert client.post(place(record), paper()).status_code == 404
    assert not Case.objects.exists()


def test_whoever_came_goes_home_with_number_check_code_term_and_remedies(counter, record):
    page = text(counter.post(place(record), paper(), follow=True))
    case = Case.objects.get()
    clock = case.clocks.get()
    for word in (case.number, services.check_code_of(case), record.document_no, str(clock.due_on), "10 个工作日内办结"):
        assert word in page
    assert "申请行政复议" in page and "不收取任何费用" in page


def test_a_receipt_is_printed_again_by_its_department_alone_and_each_time_leaves_a_line(counter, record, department):
    counter.post(place(record), paper())
    case = Case.objects.get()
    colleague = browser(make_user("colleague", Role.LEAD, department))
    assert "打印回执" in text(colleague.get(f"/office/requests/{case.public_id}/"))
    assert services.check_code_of(case) in text(colleague.get(receipt_of(case)))
    line = AuditEvent.objects.get(action=Action.RECEIPT_VIEWED)
    assert (line.object_label, line.actor_name) == (case.number, "colleague")
    for other in (
        make_user("elsewhere", Role.CLERK, make_department("乙", 712)),
        make_user("reviewer-9", Role.REVIEWER),
        make_user("watcher", Role.SUPERVISOR),
    ):
        assert browser(other).get(receipt_of(case)).status_code == 404


def test_a_person_is_not_named_on_a_paper_that_may_be_lost(counter, department, clerk):
    record = factories.register(factories.persons_penalty(department, name="示例张三"), clerk)
    page = text(counter.post(place(record), paper(), follow=True))
    assert Case.objects.get().number in page and "示例张三" not in page


def test_what_the_subject_sent_online_has_no_receipt_to_print(opened, clerk):
    case = opened()
    assert browser(clerk).get(receipt_of(case)).status_code == 404
    assert "打印回执" not in text(browser(clerk).get(f"/office/requests/{case.public_id}/"))


def scan(word: bytes, name: str = "申请书.png", *, content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or png(word=word))


def test_scans_of_the_paper_go_with_the_request(counter, record, clerk):
    sheets = [scan(b"1"), scan(b"", "决定书.pdf", content=pdf(b"<<>>"))]
    said = paper(scans=sheets)
    page = text(counter.post(place(record), said, follow=True))
    case = Case.objects.get()
    assert [(each.name, each.added_by) for each in case.evidence.all()] == [
        ("申请书.png", clerk),
        ("决定书.pdf", clerk),
    ]
    assert case.number in page and "申请书.png" in text(counter.get(f"/office/requests/{case.public_id}/"))


def test_one_file_that_is_refused_keeps_the_paper_from_being_registered_and_says_which(counter, record):
    answer = counter.post(place(record), paper(scans=[scan(b"1"), scan(b"", "合同.pdf", content=b"MZ program")]))
    assert answer.status_code == 400 and "“合同.pdf”：这是程序或者脚本" in text(answer)
    assert "重新选择全部文件" in text(answer), "no browser fills them in again"
    assert not Case.objects.exists() and not Evidence.objects.exists()


def test_a_request_the_law_refuses_keeps_no_scans(counter, department, clerk):
    early = factories.register(factories.penalty(department, 7), clerk)
    said = paper("repair", way="end_publication", has_committed="on", scans=[scan(b"1")])
    assert counter.post(place(early), said).status_code == 400
    assert not Evidence.objects.exists()


def test_an_infected_scan_is_named_and_the_others_can_be_sent_without_it(counter, record, settings):
    with clamd.running() as daemon:
        settings.EVIDENCE_SCANNER = daemon.url
        answer = counter.post(place(record), paper(scans=[scan(b"1"), scan(EICAR, "带毒.png")]))
        assert answer.status_code == 400 and "“带毒.png”含有病毒" in text(answer)
        assert [each.scan for each in Evidence.objects.all()] == ["infected"]
        counter.post(place(record), paper(scans=[scan(b"1")]))
    assert [each.scan for each in Case.objects.get().evidence.all()] == ["clean"]


def test_a_scan_that_is_too_large_is_told_and_what_was_typed_stays(counter, record, settings):
    settings.EVIDENCE_LIMIT_BYTES = 100_000
    said = paper(text="写了很久的理由", scans=[scan(b"x" * 200_000)])
    answer = counter.post(place(record), said)
    assert answer.status_code == 400 and "请降低扫描的分辨率" in text(answer) and "写了很久的理由" in text(answer)


@pytest.fixture
def returned(counter, record, reviewer):
    """A request on paper that something is missing from."""
    counter.post(place(record), paper())
    case = Case.objects.get()
    return services.ask_material(case, actor=reviewer, version=case.version, what="决定书复印件", today=TODAY)


def supplement_of(case: Case) -> str:
    return f"/office/requests/{case.public_id}/supplement/"


def test_what_was_missing_is_registered_where_the_paper_was_taken_in(counter, returned):
    assert "登记补正" in text(counter.get(f"/office/requests/{returned.public_id}/"))
    assert "决定书复印件" in text(counter.get(supplement_of(returned)))
    said = {"version": returned.version, "text": "决定书复印件一份", "scans": [scan(b"2", "决定书.png")]}
    assert counter.post(supplement_of(returned), said).url == f"/office/requests/{returned.public_id}/"
    returned.refresh_from_db()
    assert (returned.state, returned.evidence.get().name) == ("submitted", "决定书.png")
    assert counter.get(supplement_of(returned)).status_code == 404, "it is asked for once"


def test_a_supplement_on_a_stale_page_says_so_and_keeps_no_scan(counter, returned):
    said = {"version": 1, "text": "决定书复印件一份", "scans": [scan(b"2")]}
    answer = counter.post(supplement_of(returned), said)
    assert answer.status_code == 409 and "告知补正" in text(answer)
    assert not Evidence.objects.exists()


def test_no_other_department_registers_a_supplement_or_adds_a_file(returned):
    other = browser(make_user("elsewhere", Role.CLERK, make_department("乙", 712)))
    said = {"version": returned.version, "text": "示例", "scans": [scan(b"2")]}
    assert other.get(supplement_of(returned)).status_code == 404
    assert other.post(supplement_of(returned), said).status_code == 404
    assert other.post(f"/office/requests/{returned.public_id}/scans/", {"scans": [scan(b"2")]}).status_code == 404
    assert not Evidence.objects.exists()


def test_more_scans_are_added_to_a_case_that_is_open(counter, returned):
    place = f"/office/requests/{returned.public_id}/scans/"
    page = text(counter.post(place, {"scans": [scan(b"2", "二.png"), scan(b"", "三.pdf", content=b"x")]}, follow=True))
    assert "“二.png”已经附在办件中" in page and "“三.pdf”：不能接收这种文件" in page
    again = text(counter.post(place, {"scans": [scan(b"2", "另.png")]}, follow=True))
    assert "已经提交过" in again and returned.evidence.count() == 1
