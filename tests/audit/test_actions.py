"""Names of actions: one grammar, one meaning, words for people."""

import re

import pytest

from audit.actions import Action

IRREGULAR = {"drawn", "found", "read", "resent", "sent", "sought", "swept", "undone", "withdrawn", "written"}


@pytest.mark.parametrize("action", Action)
def test_name_follows_the_grammar(action):
    app, noun, participle = action.value.split(".")
    assert re.fullmatch(r"[a-z]+", app)
    assert re.fullmatch(r"[a-z]+", noun)
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", participle)
    assert any(word.endswith("ed") or word in IRREGULAR for word in participle.split("_"))
    assert action.name == f"{noun}_{participle}".upper()


@pytest.mark.parametrize("action", Action)
def test_label_is_chinese_and_unique(action):
    assert re.fullmatch(r"[\u4e00-\u9fff、（）]+", action.label)
    assert Action.labels.count(action.label) == 1
