"""Where months begin and end as moments in Beijing, and when the reports about them fall due."""

from datetime import date, datetime, time, timedelta

from deadlines.clock import BEIJING
from deadlines.models import TimeLimit
from deadlines.policy import due_on
from deadlines.services import due_dates, load_calendar
from records.quality import policy
from records.quality.bulk import Span

AFTER_PERIOD = "zero_report.after_period"


def month_now(at: datetime) -> date:
    return policy.month_of(at.astimezone(BEIJING).date())


def span_of(first: date, last: date) -> Span:
    """Both days included."""
    return Span(datetime.combine(first, time(), BEIJING), datetime.combine(last + timedelta(days=1), time(), BEIJING))


def spans_of(month: date) -> dict[str, Span]:
    """The cycles that end with this month, each with its period."""
    return {
        cycle.value: span_of(policy.period_start(cycle, month), policy.last_day(month))
        for cycle in policy.Cycle
        if policy.ends_in(cycle, month)
    }


def duty_due_on(month: date) -> date:
    """By when a period ending with `month` must be reported or declared empty.

    Raises TimeLimitMissing and deadlines.policy.CalendarEnds.
    """
    last = policy.last_day(month)
    limit = TimeLimit.objects.in_force(AFTER_PERIOD, on=last)
    return due_on(last, limit.as_term(), load_calendar()).due_on


def duties_due_on(months: set[date]) -> dict[date, date]:
    """The same for several months at once; those beyond the holiday table are left out."""
    dues = due_dates(AFTER_PERIOD, [policy.last_day(month) for month in months])
    return {policy.month_of(last): deadline.due_on for last, deadline in dues.items()}
