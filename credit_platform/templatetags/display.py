"""How facts are set on a page: codes in groups, dates, the days that are left, deadlines as badges."""

import datetime
import itertools
import re
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

CODE_GROUP = 4
SOON_DAYS = 3
SOON_WORKING_DAYS = 2
ABSENT = "未载明"

# Where a long name may be broken: after an autonomous prefecture, county, province or city at its head, and before its
# legal form. Only places of the longer kinds: 市 or 县 alone would also cut 市场 and 县域.
PLACE = re.compile(r"自治[州县]|(?<=^.{2})[省市县区]|(?<=^.{3})[省市县区]")
LEGAL_FORM = re.compile(r"(?:股份|集团)?有限(?:责任)?公司|专业合作社|（")


@dataclass(frozen=True)
class Deadline:
    """What a deadline badge says: `kind` is one of the badge roles `stop`, `soon`, `in-time`."""

    kind: str
    icon: str
    text: str


@register.filter
def code_groups(code: str | None) -> list[str]:
    """Return `code` in groups of four characters, for reading; joined, they are the code again."""
    text = str(code or "")
    return [text[start : start + CODE_GROUP] for start in range(0, len(text), CODE_GROUP)]


@register.filter
def cn_date(value: datetime.date | datetime.datetime | None) -> SafeString:
    """Return `value` as 2026-11-03 (a moment as 2026-11-03 14:20, Beijing time), unbreakable and machine-readable."""
    if not value:
        return format_html('<span class="secondary">{}</span>', ABSENT)
    if isinstance(value, datetime.datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        machine, text = local.isoformat(timespec="minutes"), f"{local:%Y-%m-%d %H:%M}"
    else:
        machine = text = value.isoformat()
    return format_html('<time class="date" datetime="{}">{}</time>', machine, text)


@register.filter
def days_left(until: datetime.date | None, today: datetime.date | None) -> str:
    """Say how far `until` (the last day, itself included) is from `today`: 还有 99 天, 今日为最后一天, 已结束 3 天."""
    if not until or not today:
        return ""
    days = (until - today).days
    if days == 0:
        return "今日为最后一天"
    return f"还有 {days:,} 天" if days > 0 else f"已结束 {-days:,} 天"


@register.filter
def thousands(number: int | None) -> str:
    """Return a count with a comma every three digits: 1204518 is 1,204,518 (the locale would group by four)."""
    return "" if number is None or number == "" else f"{int(number):,}"


@register.filter
def org_name(name: str | None) -> SafeString:
    """Return a name, escaped, that an element of class `name` breaks only after a place or before its legal form."""
    return mark_match(name, "")


@register.filter
def mark_match(name: str | None, query: str | None) -> SafeString:
    """Return `name` as `org_name` does, with every occurrence of `query`, in either case, in a <mark>."""
    text, query = str(name or ""), str(query or "").strip()
    breaks = {match.end() for match in PLACE.finditer(text)} | {match.start() for match in LEGAL_FORM.finditer(text)}
    marks = [match.span() for match in re.finditer(re.escape(query), text, re.IGNORECASE)] if query else []
    edges = sorted({0, len(text)} | breaks | {edge for span in marks for edge in span})
    pieces = []
    for start, end in itertools.pairwise(edges):
        marked = any(first <= start < last for first, last in marks)
        pieces.append(("<wbr>" if start in breaks else "") + _name_piece(text[start:end], marked))
    return mark_safe("".join(pieces))


def _name_piece(text: str, marked: bool) -> str:
    # Browsers forget keep-all beside a character outside the basic plane: such a piece is held together by hand.
    rare = any(ord(character) > 0xFFFF for character in text)
    held = format_html('<span class="nowrap">{}</span>', text) if rare else text
    return format_html("<mark>{}</mark>" if marked else "{}", held)


def describe_deadline(due_on: datetime.date, today: datetime.date, working_days_left: int | None = None) -> Deadline:
    """Say how a deadline stands: 逾期 1 日, 今日到期, 剩 2 个工作日 (剩 2 天 where the term counts calendar days)."""
    days = (due_on - today).days
    if days < 0:
        return Deadline("stop", "warning", f"逾期 {-days} 日")
    if days == 0:
        return Deadline("soon", "clock", "今日到期")
    if working_days_left is None:
        return Deadline("soon" if days <= SOON_DAYS else "in-time", "clock", f"剩 {days} 天")
    soon = working_days_left <= SOON_WORKING_DAYS
    return Deadline("soon" if soon else "in-time", "clock", f"剩 {working_days_left} 个工作日")


@register.inclusion_tag("components/deadline_badge.html")
def deadline_badge(
    due_on: datetime.date | None,
    today: datetime.date | None,
    working_days_left: int | None = None,
    explanation: Any = None,
    id: str | int | None = None,
) -> dict[str, Any]:
    """Show a deadline as a badge; with an `explanation`, a click opens how it was computed.

    `explanation` has `starts_on, started_by, rule, article, skipped, calendar_version`, all optional; it needs an
    `id` that no other deadline on the page has, such as the key of the case.
    """
    deadline = describe_deadline(due_on, today, working_days_left) if due_on and today else None
    return {"deadline": deadline, "due_on": due_on, "explanation": explanation if id else None, "id": id}
