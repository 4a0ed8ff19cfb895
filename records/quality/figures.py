"""Reads on the stored figures: sums for a page, by department, by region, by item and by month."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Q, QuerySet, Sum

from accounts.models import Region
from records.models import FigureRun, MonthlyFigure
from records.quality.policy import COUNTED, Counts, shift

PROVINCE = "530000"
PROVINCIAL = "省级部门"
SUMS = {f"sum_{name}": Sum(name) for name in COUNTED}


def run_of(month: date) -> FigureRun | None:
    """The newest computation of a month."""
    return FigureRun.objects.filter(month=month).order_by("-version").first()


def runs_until(month: date, *, months: int = 12) -> list[FigureRun]:
    """The newest computation of each of the months that end with this one, oldest first."""
    return list(FigureRun.objects.between(shift(month, 1 - months), month).valid().order_by("month"))


def narrowed(figures: QuerySet[MonthlyFigure], *, region: str = "", item: str = "") -> QuerySet[MonthlyFigure]:
    """Those of a region and everything below it (for the province: of its own departments), and of an item."""
    if region:
        figures = figures.filter(in_region(region))
    return figures.filter(item_code=item) if item else figures


def in_region(region: str, path: str = "department__region") -> Q:
    """Departments of a region; a prefecture holds its counties, the province only what is its own."""
    own = Q(**{f"{path}_id": region})
    return own if region == PROVINCE else own | Q(**{f"{path}__parent_id": region})


def by_department(figures: QuerySet[MonthlyFigure]) -> dict[tuple[str, str, str], Counts]:
    """(code, name, name of the region) → counts."""
    names = ("department__code", "department__name", "department__region__name")
    return {tuple(row[name] for name in names): _counts(row) for row in _sums(figures, *names)}


def by_region(figures: QuerySet[MonthlyFigure]) -> dict[tuple[str, str, str], Counts]:
    """(code, name, "") of each prefecture with its counties, and of the province's own departments → counts."""
    regions = {region.code: region for region in Region.objects.select_related("parent")}
    found: dict[tuple[str, str, str], Counts] = {}
    for row in _sums(figures, "department__region_id"):
        region = prefecture_of(regions[row["department__region_id"]])
        key = (region.code, PROVINCIAL if region.code == PROVINCE else region.name, "")
        found[key] = found.get(key, Counts()) + _counts(row)
    return found


def prefecture_of(region: Region) -> Region:
    """The prefecture a region is or lies in; the province is its own."""
    is_county = region.parent is not None and region.parent_id != PROVINCE
    return region.parent if is_county else region


def by_item(figures: QuerySet[MonthlyFigure]) -> dict[str, Counts]:
    return {row["item_code"]: _counts(row) for row in _sums(figures, "item_code")}


def by_month(figures: QuerySet[MonthlyFigure], runs: Sequence[FigureRun]) -> list[tuple[FigureRun, Counts]]:
    """Each computation with its sums, months without any row included."""
    found = {row["run_id"]: _counts(row) for row in _sums(figures.filter(run__in=[run.pk for run in runs]), "run_id")}
    return [(run, found.get(run.pk, Counts())) for run in runs]


def _sums(figures: QuerySet[MonthlyFigure], *names: str) -> Iterable[dict]:
    return figures.values(*names).annotate(**SUMS).order_by(*names)


def _counts(row: dict) -> Counts:
    return Counts(**{name: row[f"sum_{name}"] for name in COUNTED})
