"""What each page tells, how many questions it asks the database, and what it must never tell."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from credit_platform.demo import make_id_number
from disclosure.redaction import INSTEAD
from records.models import Record
from repair.models import RepairRule
from tests.conftest import TODAY
from tests.disclosure.factory import make_department, make_organisation, make_person, make_record

NUMBER = make_id_number("530102", datetime.date(1985, 3, 12), 991)
TOMORROW = TODAY + datetime.timedelta(days=1)


@pytest.fixture
def firm():
    return make_organisation("昆明示例茶业有限公司")


def read(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def subject_url(firm) -> str:
    return reverse("portal:subject", args=[firm.code])


def record_url(record) -> str:
    return reverse("portal:record", args=[record.public_id])


@pytest.mark.parametrize(
    ("address", "questions"),
    [
        ("/", 5),
        ("/search/", 0),
        ("/search/?q=示例", 9),
        ("/subjects/{code}/", 7),
        ("/subjects/{code}/XZXK/", 4),
        ("/records/{record}/", 7),
        ("/lists/", 6),
        ("/lists/XZXK/?region=530100", 4),
        ("/law/", 4),
        ("/law/XZCF/", 5),
        ("/services/", 0),
        ("/about/", 0),
        ("/accessibility/", 0),
        ("/guarantees/", 0),
        ("/api/v1/public/subjects/?q=示例", 4),
        ("/api/v1/public/subjects/{code}/", 2),
        ("/api/v1/public/records/?item=行政许可&subject={code}", 5),
        ("/api/v1/public/records/{record}/", 2),
    ],
)
def test_a_page_asks_the_same_few_questions_however_much_it_shows(client, firm, address, questions):
    for number in range(25):
        record = make_record(firm, "XZXK")
        make_record(make_organisation(f"大理示例第{number}号有限公司"), "XZCF")
    with CaptureQueriesContext(connection) as queries:
        read(client, address.format(code=firm.uscc, record=record.public_id))
    asked = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
    assert len(asked) == questions, "\n".join(asked)


def test_home_shows_true_figures_with_their_date(client, firm):
    make_record(firm, "XZXK")
    make_record(firm, "XZXK", department=make_department("大理州示例市场监管局"))
    make_record(firm, "XZCF", state="withdrawn", ended_on=TODAY)
    make_record(make_person("示例人甲", NUMBER), "XZCF")
    response = client.get("/")
    assert [figure["value"] for figure in response.context["figures"]] == ["1", "3", "2"]
    assert {figure["note"] for figure in response.context["figures"]} == {"截至 2026-11-22"}


def test_figures_are_counted_anew_on_a_new_day(client, firm, rehearse):
    make_record(firm, "XZXK", displayed_until=TODAY)
    assert client.get("/").context["figures"][1]["value"] == "1"
    rehearse(TOMORROW)
    assert client.get("/").context["figures"][1]["value"] == "0"


def test_the_sections_stand_in_the_national_order(client, firm):
    make_record(firm, "XZCF")
    make_record(firm, "XZXK")
    make_record(firm, "CXRY")
    response = client.get(subject_url(firm))
    assert [
        section["label"] if isinstance(section, dict) else section.label for section in response.context["contents"]
    ] == [
        "基础信息",
        "行政管理",
        "诚实守信",
        "严重失信主体名单",
        "经营异常",
        "信用承诺",
        "信用评价",
        "司法判决",
        "其他信息",
    ]
    administrative = response.context["sections"][0]
    assert [(entry.name, entry.total) for entry in administrative.filled] == [("行政许可", 1), ("行政处罚", 1)]


def test_an_empty_section_says_so_and_what_it_means(client, firm):
    page = read(client, subject_url(firm))
    assert page.count("查询期内无相关信息") == 8
    assert page.count("表示目前没有正在公示的此类信息，不是对主体的评价。") == 8
    assert "本平台的信息目录中还没有此类信息项" not in page  # every section of the national order has an item


def test_a_long_section_leads_to_the_rest(client, firm):
    for _ in range(23):
        make_record(firm, "XZXK")
    response = client.get(subject_url(firm))
    permits = response.context["sections"][0].entries[0]
    assert (len(permits.rows), permits.total) == (10, 23)
    rest = client.get(permits.more_url)
    assert (len(rest.context["rows"]), rest.context["page"].position) == (20, "共 23 条，第 1 / 2 页")


def test_an_organisation_without_a_code_has_a_page_under_its_neutral_id(client, firm):
    firm.uscc = None
    firm.save()
    assert "未载明" in read(client, f"/subjects/{firm.public_id}/")


def test_a_lower_case_code_leads_to_the_same_subject(client, firm):
    assert firm.legal_name in read(client, f"/subjects/{firm.uscc.lower()}/")


def test_a_penalty_says_why_it_is_shown_by_which_law_until_when_and_what_one_can_do(client, firm):
    record = make_record(firm, "XZCF")
    page = read(client, record_url(record))
    for words in (
        "未按规定建立进货查验记录制度",
        "国发〔2016〕33号）（十七）",
        "信用修复管理办法",
        "XZCF.order-36.general",
        "自决定之日起，最短 3 个月、最长 12 个月，期满自动停止。",
        '<time class="date" datetime="2027-10-23">2027-10-23</time>，还有 335 天',
        '最早 <time class="date" datetime="2027-01-23">2027-01-23</time> 可以申请',
        "登录后在线办理",
        f"/my/records/{record.public_id}/",
        "收到后 2 个工作日内答复是否受理",
    ):
        assert words in page


def test_a_minor_penalty_may_be_repaired_without_a_minimum_term(client, firm):
    record = make_record(firm, "XZCF", severity="minor", display_rule_key="XZCF.order-36.minor")
    assert "没有最短公示期，履行法定义务、纠正失信行为后即可申请。" in read(client, record_url(record))


def test_before_the_minimum_term_only_what_ends_nothing_can_be_asked_for(client, firm):
    response = client.get(record_url(make_record(firm, "XZCF")))
    advice = response.context["advice"]
    assert {way.way for way in advice.ways} == {"statement", "extension"}
    assert advice.answer.code == "too_early" and "现在还不能申请停止公示" in response.content.decode()


def test_after_the_minimum_term_every_way_is_explained_with_its_article_and_its_proof(client, firm):
    record = make_record(firm, "XZCF", decided_on=datetime.date(2026, 5, 6))
    page = read(client, record_url(record))
    for words in ("2026-08-06</time> 起可以申请", "终止公示", "国办发〔2016〕98号四（三）", "受理后 10 个工作日内决定"):
        assert words in page


def test_what_cannot_be_repaired_here_says_why_by_which_law_and_who_can(client, firm):
    record = make_record(firm, "YZSX", decided_on=datetime.date(2026, 5, 6))
    RepairRule.objects.filter(key="YZSX.order-36").update(is_repairable=False, why_not="由认定机关依职权移出。")
    response = client.get(record_url(record))
    assert response.context["advice"].answer.code == "not_repairable"
    page = response.content.decode()
    assert "不能申请：由认定机关依职权移出。" in page and "第36号" in page and "由列入名单的机关决定" in page
    assert "可以采用的方式" not in page


def test_a_permit_is_not_called_repairable_and_a_lasting_one_has_no_countdown(client, firm):
    record = make_record(firm, "XZXK", displayed_until=datetime.date(2099, 12, 31), values={"XK_YXQZI": "2099-12-31"})
    page = read(client, record_url(record))
    assert "信用修复</h3>" not in page
    assert "还有" not in page
    assert "2099" not in page


def test_the_fields_of_a_record_stand_in_the_catalogues_order_under_its_names(client, firm):
    record = make_record(firm, "XZCF", values={"CF_NR": "罚款五千元", "CF_SY": "经查属实", "BZ": "仅供共享"})
    response = client.get(record_url(record))
    assert [fact["term"] for fact in response.context["facts"]] == [
        "主体名称",
        "统一社会信用代码",
        "主体类别",
        "行政处罚决定书文号",
        "违法行为类型",
        "违法事实",
        "处罚内容",
        "处罚决定日期",
        "处罚机关",
    ]
    assert "仅供共享" not in response.content.decode()


def test_a_disputed_record_says_so_wherever_it_stands(client, firm):
    record = make_record(firm, "XZCF", state="disputed")
    for address in (record_url(record), subject_url(firm), "/lists/XZCF/"):
        assert "异议核查中" in read(client, address)


def test_what_a_department_wrote_cannot_become_markup(client, firm):
    record = make_record(firm, "XZCF", title="<script>alert(1)</script>", values={"CF_SY": "<img src=x>"})
    for address in (record_url(record), subject_url(firm), "/lists/XZCF/"):
        page = read(client, address)
        assert "<script>alert" not in page
        assert "<img" not in page


def test_display_ends_the_second_the_term_ends_on_every_page(client, firm, rehearse):
    record = make_record(firm, "XZCF", displayed_until=TODAY, document_no="昆示罚〔2026〕9号")
    everywhere = [subject_url(firm), "/lists/XZCF/", "/search/?q=昆示罚〔2026〕9号"]
    for address in everywhere:
        assert record.title in read(client, address)
    rehearse(TOMORROW)
    assert client.get(record_url(record)).status_code == 404
    for address in everywhere:
        assert record.title not in read(client, address)


@pytest.mark.parametrize("change", [{"state": "withdrawn"}, {"displayed_until": TODAY - datetime.timedelta(days=1)}])
def test_a_record_no_longer_shown_looks_like_one_that_never_was(client, firm, change):
    record = make_record(firm, "XZCF")
    never = client.get(record_url(record).replace(str(record.public_id), "00000000-0000-4000-8000-000000000000"))
    Record.objects.filter(pk=record.pk).update(ended_on=TODAY, **change)
    gone = client.get(record_url(record))
    assert (gone.status_code, never.status_code) == (404, 404)
    neutral = gone.content.decode().replace(str(record.public_id), "00000000-0000-4000-8000-000000000000")
    assert neutral == never.content.decode()


def test_a_person_has_no_page_whatever_the_address(client):
    person = make_person("示例人甲", NUMBER)
    make_record(person, "XZCF")
    for code in (person.public_id, person.pk, NUMBER, "示例人甲"):
        assert client.get(f"/subjects/{code}/").status_code == 404


def test_neither_name_nor_number_of_a_person_is_on_any_page(client):
    person = make_person("示例人甲", NUMBER)
    text = f"经查，示例人甲（身份证号 {NUMBER}）未取得许可。"
    permit = make_record(
        person, "XZXK", document_no=NUMBER, title=f"示例人甲的{NUMBER}号许可", values={"XK_XKBH": NUMBER}
    )
    penalty = make_record(
        person, "XZCF", document_no="昆示罚〔2026〕3号", values={"CF_SY": text, "CF_XDR_ZJHM": NUMBER}
    )
    addresses = ["/", "/lists/", "/lists/XZXK/", "/lists/XZCF/", "/search/?q=示例人甲", "/search/?q=昆示罚〔2026〕3号"]
    addresses += [record_url(permit), record_url(penalty), "/api/v1/public/records/?document_no=昆示罚〔2026〕3号"]
    addresses += [f"/api/v1/public/records/{record.public_id}/" for record in (permit, penalty)]
    for address in addresses:
        page = read(client, address)
        typed = page.replace('value="示例人甲"', "").replace("“示例人甲”的查询结果", "").replace("?q=示例人甲", "")
        assert "示例人甲" not in typed, address
        assert NUMBER not in page, address
    assert INSTEAD in read(client, record_url(permit))


def test_persons_are_not_in_the_lists_and_the_lists_say_so(client, firm):
    make_record(make_person("示例人甲", NUMBER), "XZCF")
    make_record(firm, "XZCF")
    assert [row["title"] for row in client.get("/lists/XZCF/").context["rows"]] == [firm.legal_name]
    assert next(item.total for item in client.get("/lists/").context["lists"] if item.code == "XZCF") == 1
    assert "自然人的记录不列入名录" in read(client, "/lists/")


def test_a_list_is_narrowed_by_region_and_date_and_keeps_both_when_turning_pages(client):
    dali = make_organisation("大理示例花卉有限公司", region="532901")
    kunming = make_organisation("昆明示例茶业有限公司")
    old = make_record(kunming, "XZXK", decided_on=datetime.date(2026, 1, 5))
    for _ in range(21):
        make_record(kunming, "XZXK", decided_on=datetime.date(2026, 5, 5))
    make_record(dali, "XZXK", decided_on=datetime.date(2026, 5, 5))
    query = "/lists/行政许可/?region=530100&since=2026-05-01&until=2026-05-31"
    response = client.get(query)
    assert response.context["page"].count == 21
    assert "region=530100&amp;since=2026-05-01&amp;until=2026-05-31&amp;page=2" in response.content.decode()
    assert client.get("/lists/XZXK/?region=532900").context["page"].count == 1
    assert client.get("/lists/XZXK/?until=2026-02-01").context["rows"][0]["document_no"].endswith(old.document_no)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("since=5月1日", "请按 2026-11-03 的样式填写。"),
        ("since=2026-05-02&until=2026-05-01", "应不早于起始日期。"),
        ("region=110000", "请从列表中选择州市。"),
    ],
)
def test_a_filter_that_makes_no_sense_says_what_to_do(client, query, message):
    assert message in read(client, f"/lists/XZXK/?{query}")


def test_the_catalogue_is_open_with_scope_basis_and_term(client):
    page = read(client, "/law/XZCF/")
    for words in ("CF_XDR_ZJHM", "授权查询", "社会公开", "国家发展改革委令第36号", "见于公开资料"):
        assert words in page
    assert client.get("/law/NONE/").status_code == 404


def test_the_services_page_leads_to_the_forms_behind_the_door(client):
    page = read(client, "/services/")
    assert 'href="/my/"' in page and 'href="/my/complaint/"' in page
    assert 'method="post"' not in page


def test_every_link_of_the_portal_leads_somewhere(client, firm):
    record = make_record(firm, "XZCF")
    known, waiting = set(), ["/", subject_url(firm), record_url(record), "/lists/XZCF/", "/records/x/"]
    while waiting:
        address = waiting.pop()
        known.add(address)
        response = client.get(address)
        assert response.status_code in (200, 404 if address == "/records/x/" else 200), address
        if response["Content-Type"].startswith("text/html"):
            waiting += links(response.content.decode()) - known


def links(page: str) -> set[str]:
    """Addresses of the portal a page leads to, without their anchors; behind the two doors others walk."""
    found = (part.split('"', 1)[0].split("#")[0] for part in page.split('<a href="')[1:])
    return {address for address in found if address.startswith("/") and not address.startswith(("/office/", "/my/"))}
