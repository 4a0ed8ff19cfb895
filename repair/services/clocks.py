"""Clocks of a case: started, stopped with a reason, extended once, ended. `Case.due_on` follows the one that runs."""

from datetime import date

from accounts.models import User
from deadlines import policy as terms
from deadlines.models import TimeLimit, TimeLimitMissing
from deadlines.services import CalendarMissing, load_calendar
from records.errors import Refused
from repair import policy
from repair.models import Case, Clock, ClockExtension, ClockStop


def start(case: Case, key: str, *, on: date) -> Clock:
    """Start a time limit on a day; the due date and its explanation are kept as they were worked out.

    Raises Refused: time_limit_missing, calendar_ends.
    """
    try:
        limit = TimeLimit.objects.in_force(key, on=on)
        calendar = load_calendar()
        deadline = terms.due_on(on, limit.as_term(), calendar)
    except (TimeLimitMissing, CalendarMissing, terms.CalendarEnds) as error:
        raise Refused(str(error), code=error.code) from error
    clock = Clock.objects.create(
        case=case, key=key, unit=limit.unit, started_on=on, original_due_on=deadline.due_on, due_on=deadline.due_on,
        explanation=f"{limit.name}：{deadline.explanation}依据：{limit.source}",
        is_verified=limit.evidence == TimeLimit.Evidence.VERIFIED, calendar_version=deadline.calendar_version,
    )  # fmt: skip
    follow(case)
    return clock


def follow(case: Case) -> None:
    """The day the case itself is due: of the clock that runs, or none. Not saved."""
    case.due_on = case.clocks.running().exclude(key__in=AFTERWARDS).order_by("due_on").values_list(
        "due_on", flat=True
    ).first()  # fmt: skip


# Clocks that run after the decision, for the platform and not for who handles the case.
AFTERWARDS = (policy.SYNC, policy.THIRD_PARTIES)


def stop(case: Case, key: str, reason: str, *, on: date) -> None:
    """Let a clock stand still from a day; nothing where it does not run."""
    if clock := case.clocks.running().filter(key=key).first():
        ClockStop.objects.create(clock=clock, reason=reason, from_on=on)
    follow(case)


def resume(case: Case, key: str, *, on: date) -> None:
    """Let a clock that stands still go on; what was left when it stopped runs from this day. Raises Refused."""
    stop_ = ClockStop.objects.filter(clock__case=case, clock__key=key, until_on__isnull=True).first()
    if stop_:
        clock = stop_.clock
        stop_.until_on = max(on, stop_.from_on)
        stop_.save(update_fields=["until_on"])
        try:
            clock.due_on = policy.resumed_due(
                clock.due_on, terms.Unit(clock.unit), stopped_on=stop_.from_on, resumed_on=stop_.until_on,
                calendar=load_calendar(),
            )  # fmt: skip
        except (CalendarMissing, terms.CalendarEnds) as error:
            raise Refused(str(error), code=error.code) from error
        clock.save(update_fields=["due_on"])
    follow(case)


def end(case: Case, key: str, *, on: date) -> None:
    """End a clock, standing still or not."""
    for clock in case.clocks.filter(key=key, ended_on__isnull=True):
        clock.stops.filter(until_on__isnull=True).update(until_on=max(on, clock.started_on))
        clock.ended_on = max(on, clock.started_on)
        clock.save(update_fields=["ended_on"])
    follow(case)


def end_all(case: Case, *, on: date) -> None:
    """End every clock of a case that is over."""
    for key in set(case.clocks.filter(ended_on__isnull=True).values_list("key", flat=True)) - set(AFTERWARDS):
        end(case, key, on=on)


def extend(case: Case, key: str, by_key: str, *, actor: User, reason: str, on: date) -> Clock:
    """Lengthen a running clock, once. Raises Refused: no_clock, extended_already, clock_is_over, calendar_ends."""
    clock = case.clocks.running().filter(key=key).first()
    if clock is None:
        raise Refused("没有正在计算的办理期限，不能延长。", code="no_clock")
    if ClockExtension.objects.filter(clock=clock).exists():
        raise Refused("期限只能延长一次，已经延长过。", code="extended_already")
    if clock.due_on < on:
        raise Refused(f"期限已于 {clock.due_on} 届满，不能再延长。", code="clock_is_over")
    try:
        term = TimeLimit.objects.in_force(by_key, on=on).as_term()
        later = policy.extended_due(clock.due_on, term, load_calendar())
    except (TimeLimitMissing, CalendarMissing, terms.CalendarEnds) as error:
        raise Refused(str(error), code=error.code) from error
    ClockExtension.objects.create(
        clock=clock, reason=reason, by=actor, on=on, from_due_on=clock.due_on, to_due_on=later
    )
    clock.due_on = later
    clock.save(update_fields=["due_on"])
    follow(case)
    return clock


def last_day(key: str, *, on: date) -> date:
    """The last day of a time limit that starts on a day, without a clock of its own. Raises Refused."""
    try:
        return terms.due_on(on, TimeLimit.objects.in_force(key, on=on).as_term(), load_calendar()).due_on
    except (TimeLimitMissing, CalendarMissing, terms.CalendarEnds) as error:
        raise Refused(str(error), code=error.code) from error
