"""Regions as people say them: 昆明市五华区, not 五华区 alone."""

from collections.abc import Iterable

from accounts.models import Region

PROVINCE = "530000"


def full_names(codes: Iterable[str]) -> dict[str, str]:
    """Each code with its name, a county after its prefecture. Codes outside the province are not there."""
    regions = Region.objects.filter(code__in=set(codes)).select_related("parent")
    return {region.code: _full_name(region) for region in regions}


def _full_name(region: Region) -> str:
    is_county = region.parent is not None and region.parent_id != PROVINCE
    return f"{region.parent.name}{region.name}" if is_county else region.name


def prefectures() -> list[tuple[str, str]]:
    """Code and name of each prefecture, for a choice."""
    return list(Region.objects.filter(parent_id=PROVINCE).values_list("code", "name"))
