"""Editions in the office: written by one, decided by another, readable by all staff once approved."""

import io
import json

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from catalogue import lawbook
from catalogue.models import DisplayRule, Edition, InformationItem
from tests import factories
from tests.catalogue.editions import ITEM, RULE, add_item, shorten

LIST = "/office/catalogue/editions/"


@pytest.fixture
def writing(browse, administrator):
    return browse(administrator)


@pytest.fixture
def deciding(browse, reviewer):
    return browse(reviewer)


@pytest.fixture
def draft(writing):
    answer = writing.post(f"{LIST}new/", {"name": "缩短一般失信处罚的公示期", "reason": "示例文件要求从短"})
    assert answer.url == f"{LIST}2/"
    return Edition.objects.get(number=2)


def test_the_first_edition_is_open_to_all_staff(office):
    page = office.get(f"{LIST}1/").content.decode()
    assert "第 1 版" in page and "施行中" in page and "行政处罚" in page
    assert "提交复核" not in page and "导入文件" not in page


def test_a_draft_is_hidden_from_departments_and_written_by_one_role_only(draft, office, deciding, browse, auditor):
    assert "第 2 版" not in office.get(LIST).content.decode()
    assert office.get(f"{LIST}2/").status_code == 404
    for client in (deciding, browse(auditor)):
        page = client.get(f"{LIST}2/").content.decode()
        assert "第 2 版" in page and "提交复核" not in page
        assert client.get(f"{LIST}2/items/XZCF/").status_code == 404
        assert client.post(f"{LIST}2/submit/").status_code == 404


def test_a_term_is_changed_by_a_form_previewed_and_put_in_force_by_another_person(draft, writing, deciding, clerk):
    record = factories.register(factories.penalty(clerk.department), clerk)
    form = {"method": "months", "minimum_months": "3", "maximum_months": "6", "legal_basis": "ndrc-order-36"}
    form |= {"source": "示例文件第三条", "evidence": "seen"}
    assert writing.post(f"{LIST}2/rules/XZCF/general/", form).url == f"{LIST}2/"
    page = writing.get(f"{LIST}2/").content.decode()
    assert "最长（月）：<del>12</del> → <ins>6</ins>" in page
    seen = writing.get(f"{LIST}2/what-if/").content.decode()
    assert "提前期满" in seen and record.department.name in seen and "您的角色只看数量" in seen
    assert record.document_no not in writing.get(f"{LIST}2/what-if/records/").content.decode()
    assert writing.post(f"{LIST}2/submit/").status_code == 302
    assert record.document_no in deciding.get(f"{LIST}2/what-if/records/?kind=shorter").content.decode()
    decision = {"in_force_on": "2026-11-22", "running": "recompute", "opinion": "同意，从短适用"}
    assert writing.post(f"{LIST}2/approve/", decision).status_code == 404
    assert deciding.post(f"{LIST}2/approve/", decision).url == f"{LIST}2/"
    record.refresh_from_db()
    assert str(record.displayed_until) == "2027-05-03"
    kept = deciding.get(f"{LIST}2/what-if/").content.decode()
    assert "批准时的统计" in kept and "提前期满" in kept
    assert "已被取代" in deciding.get(LIST).content.decode()


def test_an_item_is_added_by_forms_alone(draft, writing, deciding):
    item = {name: value for name, value in ITEM.items() if name not in ("is_adverse", "severity_by_value")}
    assert writing.post(f"{LIST}2/items/", item).status_code == 302
    assert writing.post(f"{LIST}2/rules/", {k: v for k, v in RULE.items() if v is not None}).status_code == 302
    extra = {"seq": "13", "code": "CSXM_DJ", "name": "等级", "type": "enum", "values": "甲级\n乙级", "required": "Y"}
    extra |= {"scope": "public", "sensitivity": "general", "evidence": "seen"}
    assert writing.post(f"{LIST}2/items/CSXM/fields/", extra).status_code == 302
    assert "新增" in writing.get(f"{LIST}2/").content.decode()
    writing.post(f"{LIST}2/submit/")
    deciding.post(f"{LIST}2/approve/", {"in_force_on": "2026-11-22", "running": "keep", "opinion": "同意"})
    held = InformationItem.objects.get(code="CSXM")
    assert held.fields.get(code="CSXM_DJ").values == ["甲级", "乙级"]
    assert DisplayRule.objects.get(item_code="CSXM").maximum_months == 24


def test_ending_a_field_and_an_item(draft, writing):
    writing.post(f"{LIST}2/items/XZXK/fields/XK_XKZS/", {"end": "1"})
    writing.post(f"{LIST}2/items/JYYC/", {"end": "1"})
    page = writing.get(f"{LIST}2/").content.decode()
    assert "字段：许可证书名称" in page and "目录项：经营异常" in page and "终止" in page


@pytest.mark.parametrize(
    ("where", "change", "sentence"),
    [
        ("items/XZCF/fields/CF_XDR_ZJHM/", {"scope": "public"}, "证件号码只能授权查询"),
        ("items/XZCF/fields/CF_NR/", {"sensitivity": "high"}, "高度敏感的字段不能向社会公开"),
        ("rules/XZCF/general/", {"minimum_months": "24"}, "最短期限不能长于最长期限"),
        ("rules/XZCF/general/", {"legal_basis": ""}, "没有法律依据的不能列入目录"),
        ("items/XZCF/", {"name": ""}, "请填写名称"),
        ("bases/", {"code": "中文 编码", "title": "x"}, "有 "),
    ],
)
def test_what_cannot_stand_is_told_in_the_form(draft, writing, where, change, sentence):
    page = writing.get(f"{LIST}2/{where}")
    form = page.context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in data.items() if value not in (None, False, "")} | change
    data = {n: json.dumps(v, ensure_ascii=False) if isinstance(v, dict) else v for n, v in data.items()}
    answer = writing.post(f"{LIST}2/{where}", data)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()


def test_a_form_sent_back_unchanged_changes_nothing(draft, writing):
    for where in ("items/XZCF/", "items/XZCF/fields/CF_CFLB/", "rules/XZCF/general/", "bases/ndrc-order-58/"):
        form = writing.get(f"{LIST}2/{where}").context["form"]
        data = {name: form[name].value() for name in form.fields}
        data = {n: json.dumps(v, ensure_ascii=False) if isinstance(v, dict) else v for n, v in data.items()}
        answer = writing.post(f"{LIST}2/{where}", {n: v for n, v in data.items() if v not in (None, False, "")})
        assert answer.status_code == 302, answer.context["form"].errors
    draft.refresh_from_db()
    assert lawbook.compare(draft.base.law, draft.law) == []


@pytest.mark.parametrize("kind", ["xlsx", "json"])
def test_what_was_downloaded_comes_back_the_same(draft, writing, kind):
    content = writing.get(f"{LIST}2/catalogue.{kind}").content
    file = SimpleUploadedFile(f"catalogue.{kind}", content)
    assert writing.post(f"{LIST}2/import/", {"file": file}).status_code == 302
    law = draft.law
    draft.refresh_from_db()
    assert draft.law == law


def test_a_correction_in_excel_is_a_change_of_the_draft(draft, writing):
    book = openpyxl.load_workbook(io.BytesIO(writing.get(f"{LIST}2/catalogue.xlsx").content))
    sheet = book["公示期限"]
    keys = [cell.value for cell in sheet[2]]
    line = next(r for r in sheet.iter_rows(min_row=3) if (r[0].value, r[1].value) == ("XZCF", "general"))
    line[keys.index("maximum_months")].value = 9
    out = io.BytesIO()
    book.save(out)
    writing.post(f"{LIST}2/import/", {"file": SimpleUploadedFile("改.xlsx", out.getvalue())})
    assert "<del>12</del> → <ins>9</ins>" in writing.get(f"{LIST}2/").content.decode()


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04nothing", b"{", b"[]", b'{"bases": 1}', b"\xff\xfe", b'{"bases":[],"items":[1],"rules":[]}']
)
def test_a_file_that_is_no_catalogue_is_told_so(draft, writing, content):
    answer = writing.post(f"{LIST}2/import/", {"file": SimpleUploadedFile("x.json", content)})
    assert answer.status_code == 200 and answer.context["form"].errors
    assert Edition.objects.get(number=2).law == draft.law


def test_every_cell_of_the_workbook_is_text(draft, writing, administrator):
    extra = dict(ITEM) | {"name": "=1+1", "source": "@SUM(1)"}
    law = draft.law | {"items": [*draft.law["items"], extra | {"fields": []}]}
    Edition.objects.filter(number=2).update(law=law)
    book = openpyxl.load_workbook(io.BytesIO(writing.get(f"{LIST}2/catalogue.xlsx").content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert "=1+1" in {cell.value for cell in cells}


def test_the_reviewer_gives_a_draft_back_with_a_reason(draft, writing, deciding, administrator):
    shorten(draft, administrator, months=6)
    writing.post(f"{LIST}2/submit/")
    assert "请写明需要修改什么" in deciding.post(f"{LIST}2/return/", {"opinion": ""}).content.decode()
    assert deciding.post(f"{LIST}2/return/", {"opinion": "请附文件条款"}).status_code == 302
    assert "请附文件条款" in writing.get(f"{LIST}2/").content.decode()
    assert writing.post(f"{LIST}2/abandon/").status_code == 302
    assert writing.get(f"{LIST}2/items/XZCF/").status_code == 409


def test_an_unsound_draft_is_not_submitted_and_the_page_says_why(draft, writing, administrator):
    add_item(draft, administrator)
    Edition.objects.filter(number=2).update(law=Edition.objects.get(number=2).law | {"rules": []})
    page = writing.post(f"{LIST}2/submit/", follow=True).content.decode()
    assert "还不能提交" in page and "提交之前要解决的问题" in page
