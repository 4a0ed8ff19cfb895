"""No text can forge a line, hide in one, or carry an identity number into it (T-33, T-13)."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import UnsuitableDetail
from audit.text import LONGEST, clean, clean_detail

ANYTHING = st.text(st.characters(codec=None), max_size=300)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | ANYTHING,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANYTHING, inner, max_size=4),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("正常。\r\n2026-01-01 管理员 已批准", "正常。⟨U+000D⟩⟨U+000A⟩2026-01-01 管理员 已批准"),
        ("\x1b[2K已清除", "⟨U+001B⟩[2K已清除"),
        ("文件\u202excod.exe", "文件⟨U+202E⟩xcod.exe"),
        ("张\u200b三", "张⟨U+200B⟩三"),
        ("a\x00b\ud800", "a⟨U+0000⟩b⟨U+D800⟩"),
        ("行\u2028段\u2029", "行⟨U+2028⟩段⟨U+2029⟩"),
        ("𫖯𬭩 · 阿依古丽·买买提（示例）", "𫖯𬭩 · 阿依古丽·买买提（示例）"),
    ],
)
def test_unseen_characters_are_written_out(text, shown):
    assert clean(text) == shown


@given(ANYTHING)
def test_cleaned_text_is_one_visible_line_that_any_store_accepts(text):
    cleaned = clean(text)
    assert not {unicodedata.category(char) for char in cleaned} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert len(cleaned.splitlines()) <= 1
    assert len(cleaned) <= LONGEST
    assert cleaned.encode().decode() == cleaned  # no lone surrogate is left
    assert clean(cleaned) == cleaned


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"], exclude_characters="0123456789"), max_size=300))
def test_ordinary_text_is_left_as_it_is(text):
    assert clean(text) == text


@given(JSON)
def test_detail_is_cleaned_at_every_depth_and_keeps_its_shape(value):
    stored = json.dumps(clean_detail(value), ensure_ascii=False)
    assert stored.encode().decode() == stored
    assert not any(unicodedata.category(char) in {"Cf", "Cs", "Zl", "Zp"} for char in stored)


@pytest.mark.parametrize("value", [1.5, {"on": object()}, [b"bytes"], {"amount": float("nan")}])
def test_what_has_no_one_written_form_is_refused(value):
    with pytest.raises(UnsuitableDetail) as caught:
        clean_detail(value)
    assert caught.value.code == "audit_detail_unsuitable"


def test_long_text_is_cut_and_says_so():
    assert clean("长" * (LONGEST + 1)).endswith("长…（已截断）")
    assert clean("长" * LONGEST) == "长" * LONGEST


@pytest.mark.parametrize("number", ["530102199003077715", "53010219900307771X", "53010219900307771x"])
def test_identity_number_is_masked_wherever_it_stands(number):
    assert clean(f"核对证件{number}，无误") == "核对证件530102************，无误"
    assert clean_detail({"k": [number]}) == {"k": ["530102************"]}


def test_identity_number_across_the_cut_is_masked_too():
    for start in range(LONGEST - 30, LONGEST + 10):
        assert "1990" not in clean("长" * start + "530102199003077715")


@pytest.mark.parametrize("number", ["9153000012345678XX", "20260307123456789012", "530102202613450000"])
def test_other_long_numbers_are_kept(number):
    assert clean(number) == number
