"""How many of a place's people and organisations are known, by prefecture and by county: numbers, nobody named."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.models import Region
from deadlines.clock import today
from records.models import CoverageBase, CoverageFigure
from records.views.quality import workbook

COUNTS = ("persons", "persons_with_records", "organisations", "organisations_with_records")
TITLES = (
    "地区",
    "18 岁以上人口",
    "已建档自然人",
    "建档比例",
    "有信用记录",
    "法人和其他组织",
    "已建档组织",
    "建档比例",
    "有信用记录",
    "基数来源",
)


@dataclass(frozen=True, slots=True)
class Line:
    """A place: what is known, out of how many. base is None where nobody has entered one."""

    name: str
    url: str
    counts: dict[str, int]
    base: CoverageBase | None

    @property
    def share_of_persons(self) -> str:
        return _share(self.counts["persons"], self.base.adults if self.base else None)

    @property
    def share_of_organisations(self) -> str:
        return _share(self.counts["organisations"], self.base.organisations if self.base else None)

    @property
    def cells(self) -> list:
        base = self.base
        return [
            self.name,
            base.adults if base and base.adults is not None else "—",
            self.counts["persons"],
            self.share_of_persons,
            self.counts["persons_with_records"],
            base.organisations if base and base.organisations is not None else "—",
            self.counts["organisations"],
            self.share_of_organisations,
            self.counts["organisations_with_records"],
            f"{base.source}（{base.year} 年）" if base else "未录入",
        ]


def _share(known: int, base: int | None) -> str:
    """Per cent with two digits; more than all is shown as it is, for then the base or the files are wrong."""
    return f"{100 * known / base:.2f}%" if base else "—"


@require_safe
def coverage(request):
    parent = _parent(request)
    lines, total = _lines(parent)
    counted = CoverageFigure.objects.order_by("-counted_at").values_list("counted_at", flat=True).first()
    crumbs = [("覆盖面", reverse("office:coverage")), (parent.name, "")] if parent.parent_id else [("覆盖面", "")]
    context = {
        "place": parent,
        "lines": lines,
        "total": total,
        "counted_at": counted,
        "export_url": f"{reverse('office:coverage-export')}?region={parent.code}",
        "section": "quality",
        "crumbs": [("质量", reverse("office:quality")), *crumbs],
    }
    return render(request, "office/coverage.html", context)


@require_safe
def export(request):
    parent = _parent(request)
    lines, total = _lines(parent)
    return workbook(
        request,
        f"覆盖面-{parent.name}-{today()}.xlsx",
        list(TITLES),
        [line.cells for line in [*lines, total]],
        about=CoverageFigure,
    )


def _parent(request) -> Region:
    """The province, the prefecture asked for, or the own region; who oversees nothing sees none."""
    user, wanted = request.user, request.GET.get("region", "")
    if not (user.is_active and user.oversees):
        raise Http404
    if user.region_prefix:
        found = Region.objects.filter(code=wanted or user.region_id, code__startswith=user.region_prefix)
    else:
        found = Region.objects.filter(code=wanted, children__isnull=False) if wanted else _province()
    place = found.first()
    if place is None:
        raise Http404
    return place


def _province():
    return Region.objects.filter(parent__isnull=True)


def _lines(parent: Region) -> tuple[list[Line], Line]:
    places = list(parent.children.order_by("code")) or [parent]  # a county has none below it and stands for itself
    counts = _counts()
    bases = _bases([parent, *places])
    lines = []
    for place in places:
        within = [code for code in counts if _is_within(code, place)]
        url = "" if parent.parent_id else f"{reverse('office:coverage')}?region={place.code}"
        lines.append(Line(place.name, url, _sum(counts[code] for code in within), bases.get(place.code)))
    own = counts.get(parent.code) if parent not in places else None
    if own and any(own.values()):
        name = "省本级" if parent.parent_id is None else "市本级"
        lines.append(Line(name, "", own, None))
    if parent.parent_id is None and "" in counts:
        lines.append(Line("省外或者未载明", "", counts[""], None))
    return lines, Line("合计", "", _sum(line.counts for line in lines), bases.get(parent.code))


def _is_within(code: str, place: Region) -> bool:
    return code == place.code or (place.code.endswith("00") and code[:4] == place.code[:4])


def _counts() -> dict[str, dict[str, int]]:
    return {row["region"] or "": row for row in CoverageFigure.objects.values("region", *COUNTS)}


def _bases(places: Iterable[Region]) -> dict[str, CoverageBase]:
    """Of each place the newest base that has begun."""
    rows = CoverageBase.objects.filter(region__in=places, year__lte=today().year).order_by("year")
    return {row.region_id: row for row in rows}


def _sum(rows: Iterable[dict[str, int]]) -> dict[str, int]:
    held = list(rows)
    return {name: sum(row[name] for row in held) for name in COUNTS}
