"""Numbers of people and organisations; no database. python-stdnum is the independent judge."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from credit_platform.demo import make_id_number, make_uscc
from records.identity import (
    InvalidIdentifier,
    adult_on,
    check_organisation_code,
    check_person_id,
    check_uscc,
    hide_id_numbers,
    mask_number,
    upgrade_id_number,
)


@given(
    st.sampled_from(["530102", "533423", "110000"]), st.integers(0, 999999), st.sampled_from(["91", "92", "51", "12"])
)
def test_codes_we_make_are_valid_for_an_independent_judge(region, number, kind):
    code = make_uscc(region, number, kind)
    assert uscc.is_valid(code)
    assert check_uscc(code) == code


@given(st.integers(0, 999999), st.integers(0, 16), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_wrong_character_is_always_found(number, place, character):
    code = make_uscc("530102", number)
    wrong = code[:place] + character + code[place + 1 :]
    if wrong == code:
        return
    with pytest.raises(InvalidIdentifier) as caught:
        check_uscc(wrong)
    assert caught.value.code == "uscc_invalid"


def test_authorities_written_as_a_letter_are_valid():
    stem = "N2530102" + make_uscc("530102", 7)[8:17]
    codes = [stem + character for character in "0123456789ABCDEFGHJKLMNPQRTUWXY"]
    assert sum(_accepts(check_uscc, code) for code in codes) == 1


def _accepts(check, text) -> bool:
    try:
        check(text)
    except InvalidIdentifier:
        return False
    return True


@pytest.mark.parametrize("written", ["{}", " {} ", "{:.4}-{:.0}", "full"])
def test_a_code_is_understood_in_full_width_and_with_spaces(written):
    code = make_uscc("530102", 42)
    shapes = {
        "{}": code,
        " {} ": f" {code} ",
        "{:.4}-{:.0}": f"{code[:8]} {code[8:17]}-{code[17]}",
        "full": "".join(chr(ord(c) + 0xFEE0) for c in code),
    }
    assert check_uscc(shapes[written]) == code


def test_a_cyrillic_letter_is_named_not_mapped():
    with pytest.raises(InvalidIdentifier) as caught:
        check_person_id("身份证", "53010219850112001Х")
    assert caught.value.code == "identifier_character"
    assert "U+0425" in caught.value.details["character"]


@pytest.mark.parametrize(("code", "valid"), [("99000101" + "5", None), ("12345678", False), ("ABCDEFGH1", None)])
def test_organisation_codes_are_checked_modulo_11(code, valid):
    stem = code[:8]
    accepted = [c for c in "0123456789X" if _accepts(check_organisation_code, stem + c)]
    assert len(accepted) == 1
    if valid is False:
        assert not _accepts(check_organisation_code, code)


@given(st.dates(date(1930, 1, 1), date(2025, 12, 31)), st.integers(0, 999))
def test_identity_numbers_we_make_are_valid_and_tell_the_birthday(born, sequence):
    number = make_id_number("530102", born, sequence)
    assert ric.calc_check_digit(number) == number[17]
    person = check_person_id("身份证", number.lower())
    assert (person.number, person.born_on) == (number, born)


@given(st.dates(date(1930, 1, 1), date(1999, 12, 31)), st.integers(0, 999))
def test_fifteen_digit_numbers_are_upgraded(born, sequence):
    number = make_id_number("530102", born, sequence)
    fifteen = number[:6] + number[8:17]
    assert upgrade_id_number(fifteen) == number
    assert check_person_id("身份证", fifteen).number == number


@pytest.mark.parametrize(
    ("kind", "number", "stored_kind"),
    [
        ("护照号", "E12345678", "passport"),
        ("港澳居民来往内地通行证", "H12345678", "hk_macao_permit"),
        ("台湾居民来往大陆通行证", "12345678", "taiwan_permit"),
        ("外国人永久居留身份证", "ABC123456789012", "foreigner_permit"),
        ("其他-军官证", "军字12345", None),
        ("其他-士兵证", "S12345", "other_person_id"),
    ],
)
def test_other_documents_of_a_person(kind, number, stored_kind):
    if stored_kind is None:
        with pytest.raises(InvalidIdentifier):
            check_person_id(kind, number)
    else:
        assert check_person_id(kind, number).kind == stored_kind


def test_a_number_of_the_wrong_kind_is_refused():
    with pytest.raises(InvalidIdentifier) as caught:
        check_person_id("港澳居民来往内地通行证", "123")
    assert caught.value.code == "person_id_invalid"


@pytest.mark.parametrize(
    ("born", "adult"), [(date(2008, 2, 29), date(2026, 3, 1)), (date(2008, 11, 22), date(2026, 11, 22))]
)
def test_a_person_is_adult_on_the_eighteenth_birthday(born, adult):
    assert adult_on(born) == adult


@pytest.mark.parametrize(
    ("number", "masked"), [("530102198501120011", "530102********0011"), ("E12345678", "*******78"), ("7", "7")]
)
def test_masking_keeps_too_little_to_find_a_person(number, masked):
    assert mask_number(number) == masked


@pytest.mark.parametrize("region", ["530102", "530302", "539999"])
@pytest.mark.parametrize("year", [1935, 1955, 1982, 2001])
def test_identity_numbers_are_found_in_texts_whatever_the_place_of_birth(region, year):
    number = make_id_number(region, date(year, 5, 6), 12)
    for written in (number, number.lower()):
        assert hide_id_numbers(f"证号{written}的驾驶证", "〇") == "证号〇的驾驶证"
    wrong = number[:17] + ("1" if number[17] != "1" else "2")
    assert hide_id_numbers(f"编号{wrong}", "〇") == f"编号{wrong}"
