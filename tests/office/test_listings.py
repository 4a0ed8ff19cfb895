"""The pages of lists: from a proposal to an exit, with letters, masks, lines in the trail and a constant price."""

import csv
import datetime
import io
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from audit.actions import Action
from audit.models import AuditEvent
from catalogue.models import SubjectKind
from sanctions import services
from sanctions.models import ConductClass, Listing, ListingFile, ListKind
from sanctions.services.listings import Decision, Named
from tests import factories
from tests.conftest import TODAY
from tests.factories import make_id_number, make_user
from tests.sanctions.conftest import LATER, make_line

NUMBER = make_id_number(41)


@pytest.fixture
def department():
    """Keeps 拖欠农民工工资失信联合惩戒对象名单."""
    return make_line("RST", 771, "530100", "昆明示例人社局")


@pytest.fixture
def wages():
    return ListKind.objects.get(code="TQNMG")


@pytest.fixture
def leads_office(browse, lead):
    return browse(lead)


@pytest.fixture
def form(department):
    def form(number: int = 1, /, **changes) -> dict:
        return {
            "kind": "organisation",
            "name": f"昆明示例第{number}建筑有限公司",
            "number": factories.demo.make_uscc("530102", number),
            "document_no": f"云示薪〔2026〕{number}号",
            "decided_on": "2026-11-03",
            "authority": department.name,
            "conduct": "P205",
            "facts": "拖欠工资，经责令限期支付，逾期未支付。",
            "key": uuid.uuid4().hex,
        } | changes

    return form


@pytest.fixture
def propose(department, clerk, wages):
    def propose(number: int = 1, named: Named | None = None) -> Listing:
        firm = Named("organisation", f"昆明示例第{number}建筑有限公司", factories.demo.make_uscc("530102", number))
        decision = Decision(
            f"云示薪〔2026〕{number}号",
            datetime.date(2026, 11, 3),
            department.name,
            "拖欠工资。",
            ConductClass.objects.get(code="P205"),
        )
        return services.propose_listing(
            wages, named or firm, decision, department=department, actor=clerk, key=uuid.uuid4(), today=TODAY
        )

    return propose


@pytest.fixture
def person(propose):
    return propose(7, Named(SubjectKind.PERSON, "示例李四", NUMBER))


def step(listing: Listing, name: str) -> str:
    return reverse("office:listing-step", args=[listing.public_id, name])


def page_of(client, listing: Listing) -> str:
    return client.get(reverse("office:listing", args=[listing.public_id])).content.decode()


def test_from_the_form_to_the_list_and_off_it(office, leads_office, form, rehearse):
    where = reverse("office:listing-propose", args=["TQNMG"])
    checked = office.post(where, form() | {"step": "check"}).content.decode()
    assert "还没有保存" in checked and "5 个工作日" in checked
    assert not Listing.objects.exists()
    sent = office.post(where, form() | {"step": "submit"})
    listing = Listing.objects.get()
    assert sent.url == reverse("office:listing", args=[listing.public_id])
    assert "告知书" in page_of(office, listing)

    told = office.post(step(listing, "notify"), {"how": "直接送达", "on": "2026-11-22"}, follow=True)
    assert "可以陈述申辩至 2026-11-27" in told.content.decode()
    page = page_of(office, listing)
    assert "剩 5 个工作日" in page and "送达当日不计入" in page

    early = leads_office.post(step(listing, "decide"), {"decision": "enter", "reason": "事实清楚"})
    assert "期满以前不能决定列入" in early.content.decode()
    rehearse(LATER)
    assert "等待决定" in leads_office.get("/office/").content.decode()
    leads_office.post(step(listing, "decide"), {"decision": "enter", "reason": "事实清楚"})
    listing.refresh_from_db()
    assert (listing.state, listing.record.item_code) == ("entered", "YZSX")
    page = page_of(leads_office, listing)
    assert "期限至" in page and "公示记录" in page and "列入名单" in page

    leads_office.post(step(listing, "exit"), {"kind": "conditions", "reason": "已经支付"})
    listing.refresh_from_db()
    assert (listing.state, listing.exit_kind) == ("exited", "conditions")
    assert "移出决定书" in page_of(leads_office, listing)


def test_a_clerk_does_not_decide_and_a_lead_not_on_their_own(office, leads_office, lead, department, wages, propose):
    listing = propose()
    services.notify_subject(listing, actor=listing.proposed_by, how="直接送达", on=TODAY, today=TODAY)
    assert office.get(step(listing, "decide")).status_code == 404
    Listing.objects.filter(pk=listing.pk).update(proposed_by=lead)
    assert "请由另一位负责人决定" in leads_office.get(step(listing, "decide")).content.decode()
    assert "作出决定" not in page_of(leads_office, listing)


def test_a_step_out_of_turn_is_a_calm_page(office, propose):
    answer = office.get(step(propose(), "statement"))
    assert answer.status_code == 409 and "状态已经改变" in answer.content.decode()
    assert office.get(step(propose(2), "nothing")).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"number": "91530102990000017B"}, "number", "不符合统一社会信用代码"),
        ({"document_no": ""}, "document_no", "没有文书的不能列入"),
        ({"decided_on": "2026-12-30"}, "decided_on", "决定日期晚于今天"),
        ({"conduct": ""}, "conduct", "请选择失信行为类别"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(office, form, changes, field, words):
    page = office.post(reverse("office:listing-propose", args=["TQNMG"]), form(**changes) | {"step": "check"})
    text = page.content.decode()
    assert words in text and f'id="id_{field}_error"' in text
    assert not Listing.objects.exists()


PERSON_1 = {
    "person1_name": "示例赵六", "person1_capacities": ["法定代表人"], "person1_number_kind": "身份证",
    "person1_number": make_id_number(46), "person1_basis": "《示例条例》第五十条",
}  # fmt: skip


def test_who_is_responsible_is_checked_masked_and_shown_on_the_case_with_a_line(office, form):
    where = reverse("office:listing-propose", args=["TQNMG"])
    checked = office.post(where, form() | PERSON_1 | {"step": "check"}).content.decode()
    assert "示例赵六" in checked and "《示例条例》第五十条" in checked and "提交后加密保存" in checked
    office.post(where, form() | PERSON_1 | {"step": "submit"})
    page = page_of(office, listing := Listing.objects.get())
    assert "示例赵六" in page and "法定代表人" in page and PERSON_1["person1_number"] not in page
    assert AuditEvent.objects.filter(action=Action.RECORD_VIEWED, detail__listing=str(listing.public_id)).exists()


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"person1_basis": ""}, "person1_basis", "没有法律依据的不得记入"),
        ({"person1_number": "530102198001010000"}, "person1_number", "校验规则"),
        ({"person1_number": make_id_number(47, born_on=datetime.date(2014, 3, 12))}, "person1_number", "未满 18 周岁"),
    ],
)
def test_what_is_wrong_with_who_is_responsible_stands_beside_it(office, form, changes, field, words):
    where = reverse("office:listing-propose", args=["TQNMG"])
    page = office.post(where, form() | PERSON_1 | changes | {"step": "check"}).content.decode()
    assert words in page and f'id="id_{field}_error"' in page
    assert not Listing.objects.exists()


def test_only_lists_of_the_department_are_offered(office):
    page = office.get(reverse("office:listing-new")).content.decode()
    assert "拖欠农民工工资失信联合惩戒对象名单" in page and "重大税收违法失信主体名单" not in page
    assert office.get(reverse("office:listing-propose", args=["ZDSS"])).status_code == 404


def test_sent_twice_it_is_one_proposal(office, form):
    data = form() | {"step": "submit"}
    for _ in range(2):
        office.post(reverse("office:listing-propose", args=["TQNMG"]), data)
    assert Listing.objects.count() == 1


def test_a_person_is_masked_in_lists_and_steps_and_whole_on_the_case_with_a_line(office, person):
    for where in (reverse("office:listings"), step(person, "notify"), reverse("office:listings-export")):
        text = office.get(where).content.decode()
        assert "示***" in text and "示例李四" not in text, where
    assert not AuditEvent.objects.filter(action=Action.RECORD_VIEWED).exists()
    page = page_of(office, person)
    assert "示例李四" in page and NUMBER not in page and "您的这次查看已记入审计日志" in page
    line = AuditEvent.objects.get(action=Action.RECORD_VIEWED)
    assert (line.object_type, line.object_id) == ("sanctions.Listing", str(person.pk))
    assert "示例李四" not in str(line.detail) + line.object_label


def test_a_person_known_already_has_the_line_under_their_own_key(office, clerk, person):
    known = factories.register(
        factories.persons_penalty(clerk.department, 3, name="示例李四", CF_XDR_ZJHM=NUMBER), clerk
    ).subject
    page_of(office, person)
    line = AuditEvent.objects.filter(action=Action.RECORD_VIEWED).latest("pk")
    assert (line.object_type, line.object_id) == ("records.Subject", str(known.pk))


def test_who_sees_the_province_says_what_for(browse, reviewer, person):
    client = browse(reviewer)
    asked = client.get(reverse("office:listing", args=[person.public_id]))
    assert asked.status_code == 302 and asked.url.startswith(reverse("office:purpose"))
    assert client.get(reverse("office:listings")).status_code == 200


def test_letters_say_reasons_law_remedies_and_what_is_to_be_verified(office, clerk, lead, propose, rehearse):
    listing = propose()
    where = reverse("office:listing-letter", args=[listing.public_id, "notice"])
    notice = office.get(where).content.decode()
    assert "列入告知书" in notice and "5 个工作日" in notice and "有权进行陈述和申辩" in notice
    assert office.get(reverse("office:listing-letter", args=[listing.public_id, "entry"])).status_code == 404
    services.notify_subject(listing, actor=clerk, how="直接送达", on=TODAY, today=TODAY)
    rehearse(LATER)
    services.enter_listing(listing, actor=lead, reason="事实清楚", today=LATER)
    entry = office.get(reverse("office:listing-letter", args=[listing.public_id, "entry"])).content.decode()
    for words in ("行政复议", "60 日内", "6 个月内", "事实清楚", "使用之前请核对原文", "昆明示例人社局", "2026-12-07"):
        assert words in entry, words
    services.exit_listing(listing, actor=lead, kind="revoked", reason="决定撤销", today=LATER)
    assert "决定撤销" in office.get(reverse("office:listing-letter", args=[listing.public_id, "exit"])).content.decode()


def test_a_refusal_has_its_letter(office, clerk, lead, propose):
    listing = propose()
    services.notify_subject(listing, actor=clerk, how="直接送达", on=TODAY, today=TODAY)
    services.note_statement(listing, actor=clerk, text="已经支付", on=TODAY, today=TODAY)
    services.refuse_listing(listing, actor=lead, reason="情节轻微", today=TODAY)
    letter = office.get(reverse("office:listing-letter", args=[listing.public_id, "refusal"])).content.decode()
    assert "不予列入决定书" in letter and "情节轻微" in letter


def found(client, query: str) -> list[str]:
    page = client.get(f"{reverse('office:listings')}?{query}").content.decode()
    return re.findall(r'<td class="fit">(云示薪[^<]+)</td>', page)


def test_filters_find_what_waits_and_where(office, leads_office, clerk, propose):
    first, second = propose(1), propose(2)
    services.notify_subject(first, actor=clerk, how="直接送达", on=TODAY, today=TODAY)
    services.note_statement(first, actor=clerk, text="有异议", on=TODAY, today=TODAY)
    assert found(office, "look=waiting") == [second.document_no]
    assert found(leads_office, "look=waiting") == [first.document_no]
    assert found(office, "kind=TQNMG&state=stated") == [first.document_no]
    assert found(office, "tone=red") == [] and found(office, "region=530300") == []
    assert len(found(office, "region=530100")) == 2
    assert "件名单条目待告知" in office.get("/office/").content.decode()


def test_what_is_over_soon_is_found(office, clerk, lead, propose, rehearse):
    listing = propose()
    services.notify_subject(listing, actor=clerk, how="直接送达", on=TODAY, today=TODAY)
    rehearse(LATER)
    services.enter_listing(listing, actor=lead, reason="事实清楚", today=LATER)
    assert found(office, "look=ending") == []
    rehearse(datetime.date(2029, 11, 20))
    assert found(office, "look=ending") == [listing.document_no]


def test_the_overview_counts_each_kind(office, clerk, propose):
    propose(1), propose(2)
    page = office.get(reverse("office:lists")).content.decode()
    assert page.index("守信激励对象名单") < page.index("严重失信主体名单（黑名单）")
    row = page[page.index("拖欠农民工工资失信联合惩戒对象名单</a>") :]
    assert re.search(r'<td class="number">(\d+)</td>', row)[1] == "2"


def test_the_export_is_masked_marked_and_written_down(office, person, propose):
    propose(1)
    text = office.get(reverse("office:listings-export")).content.decode()
    head, firm, someone, [mark] = csv.reader(io.StringIO(text[1:]))
    assert head[0] == "名称" and firm[4] == "云示薪〔2026〕1号" and someone[:2] == ["示***", ""]
    assert mark.startswith("水印：")
    assert AuditEvent.objects.get(action=Action.LISTINGS_EXPORTED).detail == {"rows": 2, "filters": []}
    assert AuditEvent.objects.filter(action=Action.PERSON_EXPORTED).count() == 1


def rows(*numbers: int) -> bytes:
    return factories.as_csv(
        [
            {
                "主体名称": f"昆明示例第{number}建筑有限公司",
                "主体类别": "法人及非法人组织",
                "统一社会信用代码或证件号码": factories.demo.make_uscc("530102", number),
                "决定文书号": f"云示薪〔2026〕{number}号",
                "决定日期": "2026-11-03" if number < 9 else "不知道",
                "列入事由": "拖欠工资。",
                "失信行为类别": "恶意欠薪",
            }
            for number in numbers
        ]
    )


def test_a_file_of_proposals_and_what_came_back(office):
    upload = SimpleUploadedFile("欠薪.csv", rows(1, 2, 9))
    sent = office.post(
        reverse("office:listing-files"), {"kind": "TQNMG", "file": upload, "key": uuid.uuid4().hex}, follow=True
    )
    page = sent.content.decode()
    assert "欠薪.csv" in page and "date_format" in page
    assert Listing.objects.count() == 2
    file = ListingFile.objects.get()
    back = office.get(reverse("office:listing-file-returned", args=[file.public_id])).content.decode()
    assert "date_format" in back and "建筑有限公司" not in back
    assert office.get(reverse("office:listing-template")).status_code == 200


def test_a_file_of_another_department_does_not_exist(office, browse, other_clerk):
    upload = SimpleUploadedFile("欠薪.csv", rows(1, 9))
    office.post(reverse("office:listing-files"), {"kind": "TQNMG", "file": upload, "key": uuid.uuid4().hex})
    file = ListingFile.objects.get()
    assert browse(other_clerk).get(reverse("office:listing-file", args=[file.public_id])).status_code == 404


PINNED = {"/office/lists/": 7, "/office/lists/listings/": 18, "/office/lists/listings/?look=waiting&region=530100": 16}


@pytest.mark.parametrize("path", PINNED)
def test_a_page_costs_the_same_however_many_there_are(office, propose, path):
    office.get(path)
    counts = []
    for numbers in (range(10, 12), range(12, 18)):
        for number in numbers:
            propose(number)
            propose(number + 50, Named("person", "示例王五", make_id_number(number)))
        with CaptureQueriesContext(connection) as queries:
            assert office.get(path).status_code == 200
        counts.append(len(queries))
    assert counts == [PINNED[path]] * 2


def test_the_detail_page_opens_for_each_role_that_may(browse, department, propose):
    listing = propose()
    for role in (Role.CLERK, Role.LEAD):
        client = browse(make_user(f"another-{role}", role, department))
        assert client.get(reverse("office:listing", args=[listing.public_id])).status_code == 200
