"""Sentences and small rules of the portal, without a database."""

import datetime

import pytest

from catalogue.models import DisplayRule
from credit_platform.demo import make_id_number, make_uscc
from disclosure.explaining import describe_term
from disclosure.redaction import INSTEAD, redact
from disclosure.search import document_numbers

NUMBER = make_id_number("530102", datetime.date(1985, 3, 12), 991)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ({"method": "valid_until"}, "公示至文书所载有效期届满，期满自动停止。"),
        (
            {"method": "months", "minimum_months": 12, "maximum_months": 36},
            "自决定之日起，最短 12 个月、最长 36 个月，期满自动停止。",
        ),
        ({"method": "months", "maximum_months": 36}, "自决定之日起，最长 36 个月，期满自动停止。"),
        (
            {"method": "if_stated", "maximum_months": 3},
            "一般不公示；作出决定的部门写明公示截止日期的，自决定之日起最长 3 个月。",
        ),
    ],
)
def test_a_rule_is_told_in_one_sentence(rule, sentence):
    assert describe_term(DisplayRule(**rule)) == sentence


@pytest.mark.parametrize("text", [NUMBER, f"证号{NUMBER}，", f"证号：{NUMBER.lower()}；", f"A{NUMBER}B"])
def test_an_identity_number_in_a_text_is_taken_out(text):
    assert NUMBER[:17] not in redact(text)
    assert INSTEAD in redact(text)


@pytest.mark.parametrize(
    "text", ["530102198503129910", make_uscc("530102", 7), f"1{NUMBER}", "YN530102202611030001", "罚款 530000 元"]
)
def test_other_numbers_stay(text):
    assert redact(text) == text


def test_a_document_number_without_a_year_in_brackets_is_taken_as_it_is():
    assert document_numbers(" 滇药监械许20260001 ") == ["滇药监械许20260001"]


def test_a_document_number_is_tried_with_every_kind_of_brackets():
    assert "云示罚〔2026〕1号" in document_numbers("云示罚[2026]1号")
    assert "云示罚[2026]1号" in document_numbers("云示罚〔2026〕1号")
    assert "云示罚﹝2026﹞1号" in document_numbers("云示罚( 2026 )1号")
