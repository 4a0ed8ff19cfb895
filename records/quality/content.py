"""What a bulletin says, made once from the stored figures and kept with it."""

from dataclasses import asdict
from datetime import date
from fractions import Fraction

from accounts.models import Department
from catalogue.models import InformationItem
from records.models import FigureRun, MonthlyFigure
from records.quality import bulk, policy
from records.quality.figures import by_department, run_of
from records.quality.moments import duty_due_on, spans_of


def bulletin_content(run: FigureRun) -> dict:
    """Ranking, sentences, overdue duties and the definitions, as plain JSON."""
    standings = policy.rank(by_department(MonthlyFigure.objects.filter(run=run)))
    before = run_of(policy.shift(run.month, -1))
    earlier = by_department(MonthlyFigure.objects.filter(run=before)) if before else {}
    total = policy.total(standing.counts for standing in standings)
    return {
        "computed_at": run.computed_at.isoformat(),
        "calendar_version": run.calendar_version,
        "definition": run.definition,
        "total": asdict(total),
        "sentences": sentences(run.month, standings, total, policy.total(earlier.values())),
        "ranking": [
            {"rank": s.rank, "code": s.code, "name": s.name, "region": s.region, "counts": asdict(s.counts)}
            for s in standings
        ],
        "missing": _missing(run.month),
        "measures": [[measure.name, measure.formula, measure.counted] for measure in policy.MEASURES],
    }


def sentences(month: date, standings: list[policy.Standing], total: policy.Counts, before: policy.Counts) -> list[str]:
    """The summary in words. Every number stands in the table too."""
    sending = sum(1 for standing in standings if standing.counts.sent)
    said = [
        f"{policy.month_name(month)}，全省 {sending:,} 个部门报送 {total.sent:,} 行，其中接收 {total.accepted:,} 行、"
        f"无变化 {total.unchanged:,} 行、退回 {total.rejected:,} 行，合规率 {policy.percent(total.compliant_share)}"
        f"{_compared(total.compliant_share, before.compliant_share)}；整份退回文件 {total.files_refused:,} 份。",
        f"新增记录 {total.reported:,} 条，其中规定了报送时限的 {total.timed:,} 条，按时 {total.on_time:,} 条、"
        f"迟报 {total.late:,} 条，及时率 {policy.percent(total.timely_share)}"
        f"{_compared(total.timely_share, before.timely_share)}。",
        f"国家平台退回 {total.national_refused:,} 条；错码 {total.wrong_codes:,} 行，重复 {total.duplicates:,} 行。",
    ]
    if total.duties:
        said.append(
            f"到期报送责任 {total.duties:,} 项，缺报 {total.missing:,} 项，零报告不实 {total.contradicted:,} 项。"
        )
    return said


def _compared(now: Fraction | None, before: Fraction | None) -> str:
    if now is None or before is None:
        return ""
    points = round((now - before) * 1000)
    if points == 0:
        return "，与上月持平"
    return f"，比上月{'提高' if points > 0 else '下降'} {abs(points) / 10:.1f} 个百分点"


def _missing(month: date) -> list[dict[str, str]]:
    """Duties nobody has answered for, by name, as things stand when the bulletin is drafted."""
    unmet = [duty for duty in bulk.duties(month, spans_of(month)) if not duty.is_met]
    names = dict(Department.objects.filter(pk__in={duty.department_id for duty in unmet}).values_list("pk", "name"))
    items = dict(InformationItem.objects.values_list("code", "name"))
    due_on = duty_due_on(month).isoformat()
    return [
        {
            "department": names[duty.department_id],
            "item": items.get(duty.item_code, duty.item_code),
            "period": policy.period_name(duty.cycle, month),
            "due_on": due_on,
        }
        for duty in unmet
    ]
