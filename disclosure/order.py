"""The order of the national public credit report; within a section what is not adverse comes first."""

from collections.abc import Iterable

from catalogue.models import Category, InformationItem

PLACE = {category.value: place for place, category in enumerate(Category)}


def rank(category: str, is_adverse: bool, name: str) -> tuple[int, bool, str]:
    """A sort key for anything that belongs to an item."""
    return PLACE[category], is_adverse, name


def in_national_order(items: Iterable[InformationItem]) -> list[InformationItem]:
    return sorted(items, key=lambda item: rank(item.category, item.is_adverse, item.name))
