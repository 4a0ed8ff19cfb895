"""Short ways to write in a draft."""

from catalogue import lawbook, services
from catalogue.models import Edition

ITEM = {
    "code": "CSXM",
    "name": "示例新增事项",
    "category": "other",
    "subject_kinds": ["organisation"],
    "legal_basis": "state-2016-33-17",
    "is_adverse": False,
    "person_display": "none",
    "minimum_age": 18,
    "severity_by_value": {},
    "report_within_key": "",
    "standing": "official",
    "update_cycle": "event",
    "source": "测试",
    "evidence": "to_be_verified",
    "further_bases": [],
}
RULE = {
    "item_code": "CSXM",
    "severity": "",
    "method": "months",
    "minimum_months": None,
    "maximum_months": 24,
    "legal_basis": "state-2016-33-17",
    "source": "测试",
    "evidence": "to_be_verified",
}


def rule(law: dict, item: str, severity: str = "") -> dict:
    return next(dict(rule) for rule in law["rules"] if lawbook.rule_id(rule) == (item, severity))


def field(law: dict, item: str, code: str) -> dict:
    return next(dict(field) for field in lawbook.item_of(law, item)["fields"] if field["code"] == code)


def shorten(draft: Edition, author, *, months: int, item: str = "XZCF", severity: str = "general") -> Edition:
    """Give a display rule of the draft another maximum."""
    changed = rule(draft.law, item, severity) | {"maximum_months": months, "minimum_months": None}
    return services.change_rule(draft, changed, actor=author)


def add_item(draft: Edition, author) -> Edition:
    """Add an item with its rule: nothing but two forms of the office."""
    draft = services.change_item(draft, ITEM, actor=author)
    return services.change_rule(draft, RULE, actor=author)


def approve(draft: Edition, author, second, *, on, today, recomputes: bool = False) -> Edition:
    """Submit and approve without asking what follows; records.services.approve_edition asks."""
    services.submit(draft, actor=author)
    return services.approve(
        draft, in_force_on=on, recomputes=recomputes, opinion="同意", impact={}, actor=second, today=today
    )
