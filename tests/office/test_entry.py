"""Typing one record: what is wrong stands beside the field, what will follow is said before it is final."""

import re
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from catalogue.models import InformationItem, PersonDisplay
from records.models import Batch, Record
from tests import factories

PATH = "/office/records/new/XZCF/"


class Inputs(HTMLParser):
    """The fields a browser would send from a page, without those outside the main form."""

    def __init__(self):
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "input" and attributes.get("type") == "hidden" and attributes["name"] != "csrfmiddlewaretoken":
            self.found.append((attributes["name"], attributes.get("value", "")))


def sent_on(page: str) -> dict[str, list[str]]:
    parser = Inputs()
    parser.feed(page)
    data: dict[str, list[str]] = {}
    for name, value in parser.found:
        data.setdefault(name, []).append(value)
    return data


def check(client, values: dict, **more) -> str:
    return client.post(PATH, {**values, **more, "step": "check"}).content.decode()


@pytest.fixture
def values(department):
    return factories.penalty(department)


def test_the_form_is_the_catalogue_with_the_department_filled_in(office, department):
    page = office.get(PATH).content.decode()
    names = re.findall(r'name="((?:CF_|XZCF_|BZ)\w*)"', page)
    fields = InformationItem.objects.get(code="XZCF").fields
    assert set(fields.values_list("code", flat=True)) <= set(names)
    assert re.findall(r'<h2 id="section-\d">([^<]+)</h2>', page) == ["主体", "决定", "机关与来源", "责任人员"]
    assert page.count(f'value="{department.uscc}"') == 2 and page.count(f'value="{department.name}"') == 2
    assert re.search(
        r'data-applies-to="自然人"[^>]*>\s*<div class="field field--code">\s*<label for="id_CF_XDR_ZJHM"', page
    )


def test_an_item_is_addressed_by_its_name_too_and_an_unknown_one_does_not_exist(office):
    assert "行政许可" in office.get("/office/records/new/行政许可/").content.decode()
    assert office.get("/office/records/new/NOTHING/").status_code == 404


def test_what_is_wrong_stands_beside_the_field_and_in_a_summary_that_leads_there(office, values):
    page = check(office, values | {"CF_XDR_SHXYM": "91530102", "CF_WSH": "", "CF_JDRQ": "2026/13/40"})
    assert page.count("<title>错误：行政处罚") == 1
    assert "有 3 处需要更正" in page
    assert '<a href="#id_CF_WSH">行政处罚决定书文号：没有填写。请补填。</a>' in page
    assert '<a href="#id_CF_JDRQ">处罚决定日期：“2026/13/40”没有这一天。请核对年、月、日。</a>' in page
    assert re.search(r'id="id_CF_XDR_SHXYM"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*id="id_CF_XDR_SHXYM"', page)
    assert Record.objects.count() == 0


def test_before_submitting_the_page_says_until_when_by_which_law_and_to_whom(office, values):
    page = check(office, values | {"CF_JDRQ": "2026/11/3"})
    assert "<h1>检查并提交</h1>" in page
    assert "将公开至 2027-11-03，还有 346 天" in page
    assert "一般失信，自决定之日起最短 3 个月、最长 12 个月" in page
    assert "《信用修复管理办法》（国家发展改革委令第36号）" in page
    assert "将推送国家平台。" in page
    assert "2026-11-03" in page and Record.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"CF_CFLB": "警告", "CF_NR_FK": ""}, "没有写明公示截止期，按规则不公示"),
        (
            {"CF_JDRQ": "2024-01-05", "CF_CFLB": "警告", "CF_NR_FK": "", "CF_GSJZQ": "2024-03-01"},
            "公示期已于 2024-03-01 届满",
        ),
    ],
)
def test_what_will_not_be_shown_is_said_too(office, values, changes, sentence):
    page = check(office, values | changes)
    assert sentence in page and "不推送国家平台。" in page


def test_a_persons_number_is_masked_on_the_check_page_and_never_in_the_address(office, department):
    number = factories.make_id_number(1)
    page = check(office, factories.persons_penalty(department))
    assert "公示时隐去名字，只留姓氏" in page
    assert page.count(number) == 1, "only in the hidden field that carries it on"
    assert f"{number[:6]}********{number[-4:]}" in page
    response = office.post(PATH, sent_on(page) | {"step": "submit"})
    assert number not in response.url


def test_an_item_that_hides_persons_says_so(office, department):
    InformationItem.objects.filter(code="XZCF").update(person_display=PersonDisplay.NONE)
    assert "“行政处罚”不公示自然人的信息" in check(office, factories.persons_penalty(department))


def test_submitting_twice_makes_one_record_and_shows_the_same_receipt(office, values):
    data = sent_on(check(office, values)) | {"step": "submit"}
    first, second = office.post(PATH, data), office.post(PATH, data)
    record = Record.objects.get()
    assert first.url == second.url == reverse("office:record", args=[record.public_id])
    assert Batch.objects.count() == 1
    assert f"已登记。受理编号 {record.batch.public_id}。" in office.get(first.url).content.decode()


def test_the_same_content_sent_anew_is_told_as_unchanged(office, values):
    for words in ("已登记。", "与已有记录完全相同，没有变化。"):
        response = office.post(PATH, sent_on(check(office, values)) | {"step": "submit"})
        assert words in office.get(response.url).content.decode()
    assert Record.objects.count() == 1


def test_without_a_key_nothing_is_submitted(office, values):
    page = office.post(PATH, values | {"step": "submit"}).content.decode()
    assert "<h1>检查并提交</h1>" in page
    assert Record.objects.count() == 0


def test_going_back_keeps_what_was_typed(office, values):
    carried = sent_on(check(office, values)) | {"step": "edit"}
    page = office.post(PATH, carried).content.decode()
    assert f'value="{values["CF_WSH"]}"' in page and values["CF_SY"] in page
    assert re.search(r'value="罚款"[^>]*checked', page)
    assert "需要更正" not in page


def test_a_conflict_found_only_on_entering_leads_back_to_the_form(office, clerk, department, values):
    factories.register(factories.penalty(department, 9), clerk)
    data = sent_on(check(office, values | {"CF_XDR_MC": "昆明示例另一家有限公司"})) | {"step": "submit"}
    page = office.post(PATH, data).content.decode()
    assert "与本行名称不一致" in page and "<title>错误：" in page
    assert Record.objects.count() == 1


def test_several_kinds_and_an_open_one_are_joined_as_in_a_file(office, values):
    page = check(office, values | {"CF_CFLB": ["罚款", "其他"], "CF_CFLB__other": "示例措施"})
    office.post(PATH, sent_on(page) | {"step": "submit"})
    assert Record.objects.get().values["CF_CFLB"] == "罚款、其他-示例措施"


def test_coded_values_are_offered_by_their_meaning(office, clerk, department):
    assert '<option value="1">有效</option>' in office.get("/office/records/new/XZXK/").content.decode()
    batch = factories.send([factories.permit(department)], clerk)
    page = office.get(reverse("office:record", args=[batch.records.get().public_id])).content.decode()
    assert re.search(r"<dt>当前状态</dt><dd>有效", page)


def test_a_lead_may_enter_and_a_reviewer_may_not(browse, lead, reviewer, values):
    assert browse(lead).get(PATH).status_code == 200
    assert browse(reviewer).post(PATH, values | {"step": "check"}).status_code == 404
