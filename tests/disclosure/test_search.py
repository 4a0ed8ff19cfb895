"""One box, three meanings: what is understood, what is found, in which order, and what is politely refused."""

import datetime
import re

import pytest
from django.urls import reverse

from catalogue.models import SubjectKind
from credit_platform.demo import make_id_number
from disclosure import search
from disclosure.models import PublicSubject
from disclosure.paging import CAP
from records.errors import Refused
from records.models import Subject
from records.reading.cleaning import fold_name
from tests.conftest import TODAY
from tests.disclosure.factory import make_organisation, make_person, make_record

NUMBER = make_id_number("530102", datetime.date(1985, 3, 12), 991)


def names(text: str) -> list[str]:
    found = PublicSubject.objects.in_bulk(ids := search.find_subjects(search.understand(text)))
    return [found[id].legal_name for id in ids]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("云", "query_too_short"),
        (" 云 ", "query_too_short"),
        ("示" * 201, "query_too_long"),
        (NUMBER, "query_is_identity_number"),
        (f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}", "query_is_identity_number"),
        ("915301020000000000", "uscc_invalid"),
    ],
)
def test_a_query_that_cannot_be_run_is_refused_with_its_code(text, code):
    with pytest.raises(Refused) as refused:
        search.understand(text)
    assert refused.value.code == code


def test_one_character_is_refused_in_a_friendly_sentence(client):
    page = client.get("/search/", {"q": "云"}).content.decode()
    assert "一个字太短，无法查询。请输入名称中相连的两个字以上。" in page


def test_an_identity_number_typed_into_the_box_leaves_page_and_address_at_once(client):
    response = client.get("/search/", {"q": NUMBER}, follow=True)
    assert response.redirect_chain == [("/search/?notice=query_is_identity_number", 302)]
    assert "请不要在这里输入身份证号码" in response.content.decode()
    assert NUMBER not in response.content.decode()


def test_two_characters_find_a_name_that_contains_them():
    make_organisation("昆明示例茶业有限公司")
    make_organisation("大理示例花卉有限公司")
    assert names("茶业") == ["昆明示例茶业有限公司"]


def test_the_name_itself_comes_first_then_names_that_begin_so_then_names_that_contain_it():
    for name in ("昆明示例茶业集团有限公司", "云南昆明示例茶业", "昆明示例茶业", "昆明示例茶业贸易公司"):
        make_organisation(name)
    assert names("昆明示例茶业") == [
        "昆明示例茶业",
        "昆明示例茶业贸易公司",
        "昆明示例茶业集团有限公司",
        "云南昆明示例茶业",
    ]


def test_width_case_and_brackets_do_not_matter():
    make_organisation("昆明示例（五华）ＡＢＣ餐饮有限公司")
    assert names("示例(五华)abc") == ["昆明示例（五华）ＡＢＣ餐饮有限公司"]


def test_a_rare_character_outside_the_basic_plane_is_found():
    make_organisation("丽江示例𬭩䶮民族手工艺有限公司")
    assert names("𬭩䶮") == ["丽江示例𬭩䶮民族手工艺有限公司"]
    assert names("例𬭩䶮民") == ["丽江示例𬭩䶮民族手工艺有限公司"]


def test_signs_of_the_pattern_language_are_only_characters():
    make_organisation("昆明示例100%果汁有限公司")
    make_organisation("昆明示例1000果汁有限公司")
    assert names("100%果汁") == ["昆明示例100%果汁有限公司"]
    assert names("__") == []


def test_a_code_finds_its_organisation_in_any_spelling():
    firm = make_organisation("昆明示例茶业有限公司")
    code = firm.uscc
    for text in (code, code.lower(), f"{code[:4]} {code[4:10]} {code[10:]}"):
        assert names(text) == [firm.legal_name]


def test_a_sole_trader_is_found_and_a_person_is_not():
    make_organisation("五华区示例甲小吃店", kind=SubjectKind.SOLE_TRADER)
    make_person("示例甲", NUMBER)
    assert names("示例甲") == ["五华区示例甲小吃店"]


def test_a_persons_record_is_found_by_its_document_number_and_never_by_name(client):
    make_record(make_person("示例人甲", NUMBER), "XZCF", document_no="昆示交罚〔2026〕7号")
    assert "昆示交罚" not in client.get("/search/", {"q": "示例人甲"}).content.decode()
    page = client.get("/search/", {"q": "昆示交罚〔2026〕7号"}).content.decode()
    assert "示***" in page
    assert "示例人甲" not in page


@pytest.mark.parametrize("text", ["昆示罚〔2026〕7号", "昆示罚(2026)7号", "昆示罚［2026］7号", " 昆示罚【2026】7号 "])
def test_any_brackets_around_the_year_find_the_document(text):
    record = make_record(make_organisation("昆明示例茶业有限公司"), "XZCF", document_no="昆示罚〔2026〕7号")
    assert [found.public_id for found in search.find_records(search.understand(text))] == [record.public_id]


def test_part_of_a_document_number_finds_nothing():
    make_record(make_organisation("昆明示例茶业有限公司"), "XZCF", document_no="昆示罚〔2026〕77号")
    assert not search.find_records(search.understand("昆示罚〔2026〕7号")).exists()


def test_a_licence_that_bears_its_holders_identity_number_is_not_found_by_it(client):
    make_record(make_person("示例人甲", NUMBER), "XZXK", document_no=NUMBER)
    refused = client.get(reverse("public-api:records"), {"document_no": NUMBER})
    assert (refused.status_code, refused.json()["code"]) == (400, "query_is_identity_number")


def test_results_say_what_there_is_about_each(client):
    firm = make_organisation("昆明示例茶业有限公司")
    make_record(firm, "XZXK")
    make_record(firm, "XZXK")
    make_record(firm, "XZCF")
    make_record(firm, "CXRY")
    make_organisation("昆明示例空白有限公司")
    rows = {row["name"]: row for row in client.get("/search/", {"q": "昆明示例"}).context["subjects"]}
    assert rows["昆明示例茶业有限公司"]["summary"] == "行政许可 2 条，行政处罚 1 条，诚实守信荣誉 1 条"
    assert rows["昆明示例茶业有限公司"]["honour"] == "守合同重信用示例企业"
    assert rows["昆明示例茶业有限公司"]["region"] == "昆明市五华区"
    assert rows["昆明示例空白有限公司"]["summary"] == "目前没有公示中的信息"


def make_many(count: int) -> None:
    Subject.objects.bulk_create(
        Subject(kind="organisation", legal_name=name, name_key=fold_name(name))
        for name in (f"昆明示例第{number:04d}号有限公司" for number in range(count))
    )


def test_pages_hold_twenty_and_lead_through_all_results_once(client):
    make_many(45)
    seen = []
    for number in (1, 2, 3):
        response = client.get("/search/", {"q": "示例", "page": number})
        seen += [row["name"] for row in response.context["subjects"]]
    assert len(seen) == len(set(seen)) == 45
    assert "共 45 条，第 3 / 3 页" in response.content.decode()
    assert re.search(r'href="\?q=[^"]+&amp;page=2"[^>]*>上一页', response.content.decode())


def test_a_common_word_is_counted_to_a_thousand_only(client):
    make_many(CAP + 5)
    for text in ("示例", "示例第", "昆明示例"):
        page = client.get("/search/", {"q": text})
        assert page.context["page"].count == CAP + 1
        assert "1000 条以上，第 1 / 50 页" in page.content.decode()


def test_the_last_page_of_a_long_list_says_how_to_go_on(client):
    make_many(CAP + 5)
    page = client.get("/search/", {"q": "示例", "page": 50}).content.decode()
    assert "只列到这里" in page
    assert "下一页" not in page


@pytest.mark.parametrize(
    ("number", "code"), [("51", "page_too_deep"), ("0", "page_invalid"), ("x", "page_invalid"), ("2", "page_past_end")]
)
def test_a_page_that_cannot_be_shown_says_why(client, number, code):
    make_organisation("昆明示例茶业有限公司")
    response = client.get("/search/", {"q": "示例", "page": number})
    assert (response.status_code, response.context["refusal"].code) == (400, code)


def test_an_expired_document_is_not_found(rehearse):
    record = make_record(make_organisation("昆明示例茶业有限公司"), "XZCF", displayed_until=TODAY)
    assert search.find_records(search.understand(record.document_no)).exists()
    rehearse(TODAY + datetime.timedelta(days=1))
    assert not search.find_records(search.understand(record.document_no)).exists()
