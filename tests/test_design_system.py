"""The design system: how facts are set, and what the templates and colours must keep to."""

import datetime
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template, render_to_string
from django.utils.html import strip_tags

from credit_platform.templatetags import display

TODAY = datetime.date(2026, 11, 22)
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
CSS = settings.BASE_DIR / "static" / "css"
ICONS = (settings.BASE_DIR / "static" / "svg" / "icons.svg").read_text()


def test_code_groups_join_to_the_code_again():
    groups = display.code_groups("91532801MA00DEM006")
    assert groups == ["9153", "2801", "MA00", "DEM0", "06"]


def test_code_on_a_page_holds_no_gap_that_would_be_copied():
    html = render_to_string("components/code.html", {"value": "91532801MA00DEM006"})
    assert strip_tags(html) == "91532801MA00DEM006"


def test_date_is_iso_and_a_moment_is_told_in_beijing_time():
    moment = datetime.datetime(2026, 11, 3, 6, 20, tzinfo=datetime.UTC)
    assert strip_tags(display.cn_date(datetime.date(2026, 11, 3))) == "2026-11-03"
    assert strip_tags(display.cn_date(moment)) == "2026-11-03 14:20"
    assert strip_tags(display.cn_date(None)) == "未载明"


@pytest.mark.parametrize(
    ("until", "text"),
    [("2027-03-01", "还有 99 天"), ("2026-11-22", "今日为最后一天"), ("2026-11-19", "已结束 3 天")],
)
def test_days_left_counts_from_today(until, text):
    assert display.days_left(datetime.date.fromisoformat(until), TODAY) == text


@pytest.mark.parametrize(
    ("days", "working_days", "kind", "text"),
    [
        (-1, None, "stop", "逾期 1 日"),
        (0, 0, "soon", "今日到期"),
        (2, 2, "soon", "剩 2 个工作日"),
        (12, 8, "in-time", "剩 8 个工作日"),
        (3, None, "soon", "剩 3 天"),
        (4, None, "in-time", "剩 4 天"),
    ],
)
def test_deadline_says_how_it_stands(days, working_days, kind, text):
    deadline = display.describe_deadline(TODAY + datetime.timedelta(days=days), TODAY, working_days)
    assert (deadline.kind, deadline.text) == (kind, text)


@pytest.mark.parametrize(
    ("name", "pieces"),
    [
        ("西双版纳傣族自治州示例农业有限责任公司", ["西双版纳傣族自治州", "示例农业", "有限责任公司"]),
        ("云南省演示集团有限公司", ["云南省", "演示", "集团有限公司"]),
        ("昆明市场示例中心", ["昆明市", "场示例中心"]),
        ("赵䶮", ["赵䶮"]),
    ],
)
def test_name_breaks_after_a_place_and_before_its_legal_form(name, pieces):
    assert display.org_name(name).split("<wbr>") == pieces


def test_rare_characters_of_a_name_are_held_together():
    html = display.org_name("新平彝族傣族自治县𬭩䶮示例矿业有限公司")
    assert '<wbr><span class="nowrap">𬭩䶮示例矿业</span><wbr>' in html


def test_match_is_marked_in_either_case_and_everything_else_escaped():
    html = display.mark_match("<b>Demo示例demo", "DEMO")
    assert html == "&lt;b&gt;<mark>Demo</mark>示例<mark>demo</mark>"


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500", "503"])
def test_error_page_needs_no_context(name):
    assert "<h1>" in get_template(f"{name}.html").render()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_template_keeps_to_the_content_policy(path):
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=|javascript:|<script(?![^>]*\ssrc=)", text)


@pytest.mark.parametrize("name", ["icon", "badge", "code", "term", "deadline_badge"])
def test_component_inside_a_line_ends_without_a_newline(name):
    text = (settings.BASE_DIR / "templates" / "components" / f"{name}.html").read_text()
    assert text == text.rstrip()


def test_every_icon_asked_for_is_drawn():
    asked = set()
    for path in TEMPLATES:
        asked |= set(re.findall(r'components/icon\.html" with name="([a-z-]+)"', path.read_text()))
        asked |= set(re.findall(r'\bicon="([a-z-]+)"', path.read_text()))
    drawn = set(re.findall(r'<symbol id="([a-z-]+)"', ICONS))
    assert asked and asked <= drawn


def _themes() -> dict[str, dict[str, str]]:
    text = (CSS / "tokens.css").read_text()
    blocks = re.findall(r"(@media ([^{]+)\{\s*)?:root \{(.*?)\n\s*\}", text, re.DOTALL)
    themes: dict[str, dict[str, str]] = {}
    for _, query, body in blocks:
        colours = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", body))
        if colours:
            themes[query.strip()] = colours
    light, dark = themes[""], themes[""] | themes["(prefers-color-scheme: dark)"]
    return {
        "light": light,
        "dark": dark,
        "light more": light | themes["(prefers-contrast: more)"],
        "dark more": dark
        | themes["(prefers-contrast: more)"]
        | themes["(prefers-contrast: more) and (prefers-color-scheme: dark)"],
    }


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(("theme", "least"), [("light", 4.5), ("dark", 4.5), ("light more", 7), ("dark more", 7)])
def test_text_stands_out_from_every_ground_it_is_set_on(theme, least):
    colours = _themes()[theme]
    inks = ["ink", "ink-2", "primary", "primary-strong", "seal", "honour", "in-time", "soon"]
    pairs = [(ink, ground) for ink in inks for ground in ("paper", "surface", "wash")]
    pairs += [("on-primary", "primary"), ("on-seal", "seal-strong"), ("honour", "honour-wash"), ("ink", "match")]
    weak = {pair: _contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < least} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_edge_of_a_control_stands_out(theme):
    colours = _themes()[theme]
    assert min(_contrast(colours["line-strong"], colours[ground]) for ground in ("paper", "surface", "wash")) >= 3


def test_style_sheets_ask_for_roles_not_colours():
    for path in set(CSS.glob("*.css")) - {CSS / "tokens.css", CSS / "print.css"}:
        assert not re.search(r"#[0-9a-f]{3,8}\b|rgb\(", Path(path).read_text()), path.name
