"""The order of the national report, in which items stand wherever they are listed."""

from collections.abc import Iterable

from catalogue.models import Category, InformationItem

PLACES = {category.value: place for place, category in enumerate(Category)}


def in_national_order(items: Iterable[InformationItem]) -> list[InformationItem]:
    """Sections as in the report, what is not adverse first within each."""
    return sorted(items, key=lambda item: (PLACES[item.category], item.is_adverse, item.name, item.in_force_from))
