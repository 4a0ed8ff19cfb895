"""Names in the form they are compared in: what people write differently and mean alike, and what stays apart."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.identity import name_key
from records.reading.cleaning import RADICALS, SEPARATORS, SIMPLER, clean_text

NAME = st.text(st.sampled_from("昆明示例茶业有限公司雲貴 （）()·•Ａa𠮷𬭩䶮神⻢⼤"), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("云南雲嶺茶業有限公司", "云南云岭茶业有限公司"),
        ("昆明示例（集团）有限公司", "昆明示例﹝集团﹞有限公司"),
        ("ＡＢＣ示例", "abc 示例"),
        ("阿依古丽·示例", "阿依古丽•示例"),
        ("示例\uf9dc", "示例隆"),  # a compatibility ideograph
        ("⼤理示例", "大理示例"),  # a Kangxi radical
        ("⻢关示例", "马关示例"),  # a radical NFKC leaves alone
        ("示例龍門", "示例龙门"),
    ],
)
def test_what_people_write_differently_has_one_key(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("乾元示例", "干元示例"), ("张昇", "张升"), ("甯示例", "宁示例"), ("𠮷野示例", "吉野示例"), ("示例䶮", "示例龚")],
)
def test_characters_that_are_names_of_their_own_stay_apart(one, other):
    assert name_key(one) != name_key(other)


@given(NAME)
def test_a_key_of_a_key_is_the_key(name):
    assert name_key(name_key(name)) == name_key(name)


@given(NAME)
def test_a_name_is_never_emptied(name):
    assert name_key(name) or not clean_text(name)[0]


@given(NAME, st.sampled_from(sorted(SIMPLER)), NAME)
def test_a_traditional_character_folds_to_its_simplified_one_wherever_it_stands(before, character, after):
    assert name_key(before + character + after) == name_key(before + SIMPLER[character] + after)


@given(NAME, st.sampled_from(SEPARATORS), st.sampled_from(SEPARATORS))
def test_separators_of_minority_names_are_one(name, one, other):
    assert name_key(f"{name}{one}示") == name_key(f"{name}{other}示")


def test_the_tables_are_settled():
    """No simplified character is itself folded further, by the table or by Unicode: one pass is enough."""
    assert not {target for target in SIMPLER.values() if target in SIMPLER}
    assert all(unicodedata.normalize("NFKC", target) == target for target in (*SIMPLER.values(), *RADICALS[1::2]))
