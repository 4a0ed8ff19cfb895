"""What people type into one cell."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.reading.cleaning import (
    FIND_CONTROL,
    FIND_INVISIBLE,
    FIND_SURROGATE,
    clean_text,
    fold_identifier,
    fold_name,
    foreign_character,
    name_invisible,
    name_private,
    parse_date,
    parse_decimal,
)

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=40)
CODE = st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=1, max_size=18)


@pytest.mark.parametrize(
    "placeholder",
    [
        "",
        " ",
        "\u3000",
        "-",
        "——",
        "— —",
        "－",
        "/",
        "／",
        "//",
        "\\",
        "无",
        " 无 ",
        "（无）",
        "暂无",
        "N/A",
        "n／a",
        "null",
        "NULL",
        "None",
        "_x000D_",
        "_x000d__x000A_",
        "***",
        "……",
        "\u200b",
        "'-",
    ],
)
def test_placeholder_that_means_nothing_is_empty(placeholder):
    assert clean_text(placeholder) == ("", None)


@pytest.mark.parametrize(
    "kept", ["无锡示例有限公司", "A/B 示例", "0", "-5", "Nancy", "空港示例物流", "《示例》", "N", "示例—分公司"]
)
def test_text_that_only_begins_like_a_placeholder_is_kept(kept):
    assert clean_text(kept) == (kept, None)


def test_unicode_spaces_are_trimmed_and_collapsed():
    assert clean_text("\u3000\u00a0示例\u2003 \u3000有限公司\u2028") == ("示例 有限公司", None)


def test_line_break_inside_chinese_text_is_a_wrapped_cell():
    assert clean_text("示例茶业\r\n有限公司")[0] == "示例茶业有限公司"
    assert clean_text("示例茶业_x000D_\n有限公司")[0] == "示例茶业有限公司"
    assert clean_text("line one\nline two")[0] == "line one line two"


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x1f", "\x7f", "\x9f"])
def test_control_character_is_refused(character):
    assert clean_text(f"示{character}例") == ("", "control_character")


def test_lone_surrogate_is_refused():
    assert clean_text("示\ud800例") == ("", "lone_surrogate")


@pytest.mark.parametrize("shown", ["#N/A", "#REF!", "#div/0!", " #VALUE! "])
def test_what_a_failed_formula_shows_is_refused(shown):
    assert clean_text(shown)[1] == "error_value"


@pytest.mark.parametrize(
    "invisible",
    ["\u200b", "\u200d", "\ufeff", "\u00ad", "\u202e", "\u2066", "\ufe0f", "\U000e0100", "\u3164", "\uffa0", "\u180b"],
)
def test_invisible_character_is_removed_and_named(invisible):
    assert clean_text(f"示{invisible}例") == ("示例", None)
    assert name_invisible(f"示{invisible}例") == (f"U+{ord(invisible):04X}",)


def test_stored_name_is_never_normalised():
    """NFC already replaces these by other characters; the fold alone does."""
    for name in ("示例\ufa19", "示例\U0002f800", "示例⼈", "示例（昆明）公司", "示𬭩䶮"):
        assert clean_text(name) == (name, None)


def test_private_use_character_is_kept_and_named():
    assert clean_text("示\ue000例") == ("示\ue000例", None)
    assert name_private("示\ue000例") == ("U+E000",)


@given(ANYTHING)
def test_clean_text_holds_nothing_unseen_whatever_comes(cell):
    text, problem = clean_text(cell)
    assert text == text.strip()
    assert not FIND_INVISIBLE.search(text) and not FIND_CONTROL.search(text) and not FIND_SURROGATE.search(text)
    assert problem is None or not text or problem == "error_value"


@given(ANYTHING)
def test_cleaning_twice_changes_nothing_more(cell):
    text, problem = clean_text(cell)
    if problem is None and not text.startswith("'") and "_x000" not in text:
        assert clean_text(text) == (text, None)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("示例（昆明）有限公司", "示例(昆明) 有限公司"),
        ("示例【昆明】有限公司", "示例[昆明]有限公司"),
        ("阿卜杜·示例", "阿卜杜•示例"),
        ("阿卜杜・示例", "阿卜杜‧示例"),
        ("阿卜杜∙示例", "阿卜杜⋅示例"),
        ("阿卜杜．示例", "阿卜杜. 示例"),
        ("ＡＢＣ示例", "abc示例"),
        ("示例\ufa19", "示例\u795e"),
        ("《示例》报社", "〈示例〉报社"),
        ("示\u200b例", "示例"),
        ("“示例”食品", '"示例"食品'),
        ("示例－分公司", "示例—分公司"),
    ],
)
def test_names_written_differently_meet_on_the_folded_key(one, other):
    assert fold_name(one) == fold_name(other)


def test_different_names_keep_different_keys():
    assert len({fold_name(name) for name in ("示例䶮", "示例𬭩", "示例", "示例甲", "示 例乙")}) == 5


@given(ANYTHING)
def test_folding_a_name_twice_changes_nothing_more(name):
    assert fold_name(fold_name(name)) == fold_name(name)


@pytest.mark.parametrize("ten", ["X", "x", "Ｘ", "ｘ", "Ⅹ", "ⅹ"])
def test_ten_at_the_end_of_an_id_number_is_a_capital_x(ten):
    assert fold_identifier(f"53010219900307123{ten}") == "53010219900307123X"


def test_cyrillic_letter_is_not_mapped_but_named():
    folded = fold_identifier("53010219900307123Х")
    assert not folded.isascii()
    assert foreign_character(folded) == "“Х”（U+0425，西里尔字母）"


@pytest.mark.parametrize("stray", ["०", "（", "号", "ß", "α", "."])
def test_character_no_code_may_hold_is_named(stray):
    assert foreign_character(fold_identifier(f"9153{stray}01")) is not None


@given(CODE, st.sampled_from(["", " ", "-", "\u3000", "—"]), st.booleans(), st.booleans())
def test_code_survives_spaces_hyphens_width_and_case(code, gap, wide, small):
    written = gap.join(code).lower() if small else gap.join(code)
    if wide:
        written = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in written)
    assert fold_identifier(written) == code
    assert foreign_character(code) is None


@pytest.mark.parametrize(
    "written",
    [
        "2026-01-31",
        "2026/1/31",
        "2026.1.31",
        "2026年1月31日",
        "2026 年 1 月 31 日",
        "20260131",
        "２０２６－０１－３１",
        "２０２６年１月３１日",
        "2026/01/31 00:00:00",
        "2026-01-31T08:30",
        " 2026-1-31 ",
        "2026年01月31",
        "二〇二六年一月三十一日",
        "二零二六年元月三十一日",
        "二○二六年一月卅一日",
    ],
)
def test_date_is_understood_as_people_write_it(written):
    assert parse_date(written) == datetime.date(2026, 1, 31)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2026-02-30", "date_impossible"),
        ("2025/2/29", "date_impossible"),
        ("20261301", "date_impossible"),
        ("二〇二六年二月三十日", "date_impossible"),
        ("二〇二六年十二十月一日", "date_format"),
        ("二〇二六年十二月十二十日", "date_impossible"),
        ("26-1-31", "date_short_year"),
        ("26年1月31日", "date_short_year"),
        ("2026/1-31", "date_format"),
        ("2026-01", "date_format"),
        ("31/1/2026", "date_format"),
        ("46327", "date_format"),
        ("२०२६-०१-३१", "date_format"),
        ("长期", "date_format"),
        ("2026-01-31 25:00", "date_format"),
        ("", "date_format"),
    ],
)
def test_date_that_is_none_says_why(written, code):
    assert parse_date(written) == code


@given(
    st.dates(datetime.date(1000, 1, 1)), st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"])
)
def test_every_date_comes_back_from_every_form(day, form):
    assert parse_date(day.strftime(form)) == day


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("0.5", "0.5"),
        ("1,234.50", "1234.5"),
        ("１，２３４．５", "1234.5"),
        ("3万元", "3"),
        ("2.000000000", "2"),
        (".5", "0.5"),
        ("-1", "-1"),
        ("007", "7"),
        ("999999999999.999999", "999999999999.999999"),
    ],
)
def test_amount_is_understood_as_people_write_it(written, value):
    assert parse_decimal(written, digits=18, scale=6) == Decimal(value)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1e5", "decimal_format"),
        ("5000元", "decimal_format"),
        ("约3", "decimal_format"),
        ("1,23", "decimal_format"),
        ("٣", "decimal_format"),
        ("½", "decimal_format"),
        (".", "decimal_format"),
        ("NaN", "decimal_format"),
        ("1000000000000", "decimal_too_large"),
        ("0.0000001", "decimal_too_precise"),
    ],
)
def test_amount_that_is_none_says_why(written, code):
    assert parse_decimal(written, digits=18, scale=6) == code


@given(st.decimals(-(10**12) + 1, 10**12 - 1, places=6))
def test_every_amount_comes_back(amount):
    assert parse_decimal(format(amount, "f"), digits=18, scale=6) == amount


@given(ANYTHING)
def test_no_text_makes_a_parser_fail(text):
    assert isinstance(parse_date(text), datetime.date | str)
    assert isinstance(parse_decimal(text, digits=18, scale=6), Decimal | str)
    assert isinstance(fold_identifier(text), str)
