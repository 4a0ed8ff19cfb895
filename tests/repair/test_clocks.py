"""Clocks: stored when they start, stopped and extended with reasons, late once, and silence goes up."""

import datetime
from datetime import date

import pytest

from audit.actions import Action
from audit.models import AuditEvent
from records.errors import Refused
from repair import services
from repair.models import Case, Clock
from tests.conftest import TODAY

# Sunday 22 November 2026; the next days are plain working weeks.
MONDAY = date(2026, 11, 23)


def clock(case: Case, key: str) -> Clock:
    return case.clocks.get(key=key)


def on(days: int) -> date:
    return MONDAY + datetime.timedelta(days=days)


def test_the_due_day_is_stored_with_its_explanation_when_the_clock_starts(opened):
    case = opened(on=MONDAY)
    started = clock(case, "objection.receipt")
    assert (case.due_on, started.due_on, started.original_due_on) == (on(2), on(2), on(2))
    assert "待核对" in started.explanation and not started.is_verified


def test_asking_for_material_stops_the_clock_and_its_arrival_lets_it_go_on(opened, applicant, reviewer):
    case = opened("repair", on=MONDAY)
    assert case.due_on == on(3)
    case = services.ask_material(case, actor=reviewer, version=case.version, what="缴款凭证", today=on(1))
    assert case.due_on == clock(case, "case.supplement").due_on == on(15)
    case = services.supplement(case, by=applicant, version=case.version, text="已补", today=on(7))
    stopped = clock(case, "repair.acceptance")
    # Two days were left on Tuesday; they run from the next Monday.
    assert (case.due_on, stopped.original_due_on) == (on(9), on(3))
    stop = stopped.stops.get()
    assert (stop.reason, stop.from_on, stop.until_on) == ("material", on(1), on(7))


def test_material_is_asked_for_once(opened, applicant, reviewer):
    case = opened("repair", on=MONDAY)
    case = services.ask_material(case, actor=reviewer, version=case.version, what="缴款凭证", today=MONDAY)
    case = services.supplement(case, by=applicant, version=case.version, text="已补", today=MONDAY)
    with pytest.raises(Refused) as refusal:
        services.ask_material(case, actor=reviewer, version=case.version, what="还差一份", today=MONDAY)
    assert refusal.value.code == "asked_already"


def test_verification_stops_our_clock_and_starts_the_departments(accepted, clerk, reviewer):
    case = accepted("repair", on=MONDAY)
    assert case.due_on == on(14)
    case = services.forward(case, actor=reviewer, version=case.version, text="请核查", today=on(1))
    assert case.due_on == clock(case, "repair.verification").due_on == on(8)
    case = services.answer(case, actor=clerk, version=case.version, opinion="mistaken", text="已缴清", today=on(4))
    assert case.due_on == clock(case, "repair.decision").due_on == on(17)


def test_a_term_is_extended_once_with_its_reason(accepted, reviewer):
    case = accepted("repair", on=MONDAY)
    case = services.extend(case, actor=reviewer, version=case.version, reason="案情复杂", today=on(14))
    extension = clock(case, "repair.decision").extension
    assert (case.due_on, extension.from_due_on, extension.reason) == (on(28), on(14), "案情复杂")
    with pytest.raises(Refused) as refusal:
        services.extend(case, actor=reviewer, version=case.version, reason="仍然复杂", today=on(15))
    assert refusal.value.code == "extended_already"


def test_a_term_that_has_passed_is_not_extended(accepted, reviewer):
    case = accepted("repair", on=MONDAY)
    with pytest.raises(Refused) as refusal:
        services.extend(case, actor=reviewer, version=case.version, reason="案情复杂", today=on(15))
    assert refusal.value.code == "clock_is_over"


def test_lateness_is_written_once_dated_the_day_it_fell_due(opened):
    case = opened(on=MONDAY)
    assert services.note_missed(today=on(2)) == 0
    assert services.note_missed(today=on(30)) == 1
    assert services.note_missed(today=on(31)) == 0
    assert AuditEvent.objects.get(action=Action.REQUEST_MISSED).business_on == on(2)
    assert case.steps.get(action="overdue").on == on(2)


def test_silence_of_a_department_goes_up_and_the_case_can_be_decided(accepted, reviewer, second):
    case = accepted("repair", on=MONDAY)
    case = services.forward(case, actor=reviewer, version=case.version, text="请核查", today=MONDAY)
    decision = services.Decision("grant", "部门逾期未答复，凭证齐全", "信用修复管理办法")
    with pytest.raises(Refused) as refusal:
        services.propose(case, decision, actor=reviewer, version=case.version, today=on(7))
    assert refusal.value.code == "verification_runs"
    assert services.note_missed(today=on(8)) == 1
    case.refresh_from_db()
    assert case.escalated_on == on(7)
    assert Case.objects.waiting_for_review().filter(pk=case.pk).exists()
    case = services.propose(case, decision, actor=reviewer, version=case.version, today=on(8))
    assert services.decide(case, actor=second, version=case.version, today=on(8)).state == "granted"


def test_what_never_came_lapses_on_the_day_after_its_term(opened, reviewer):
    case = opened("repair", on=MONDAY)
    case = services.ask_material(case, actor=reviewer, version=case.version, what="缴款凭证", today=MONDAY)
    assert services.lapse_returned(today=on(14)) == 0
    assert services.lapse_returned(today=on(40)) == 1
    assert services.lapse_returned(today=on(41)) == 0
    case.refresh_from_db()
    assert (case.state, case.closed_on, case.due_on) == ("lapsed", on(15), None)


def test_beyond_the_holiday_table_nothing_is_half_done(opened):
    with pytest.raises(Refused) as refusal:
        opened(on=date(2028, 12, 29))
    assert refusal.value.code == "calendar_ends"
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("day", "due"),
    [
        # Three working days of repair.acceptance, the day itself never counted.
        (date(2026, 9, 25), date(2026, 9, 30)),
        (date(2025, 9, 26), date(2025, 9, 30)),  # Sunday the 28th is worked in exchange for the long holiday
        (date(2025, 9, 30), date(2025, 10, 11)),  # 1 to 8 October free, Saturday the 11th worked
        (date(2026, 2, 13), date(2026, 2, 25)),  # Spring Festival: 15 to 23 February free, Saturday the 14th worked
        (date(2026, 12, 31), date(2027, 1, 6)),  # New Year 2027, provisional
        (date(2026, 11, 20), date(2026, 11, 25)),  # a weekend
        (date(2026, 11, 21), date(2026, 11, 25)),  # begun on a Saturday: it is day zero all the same
    ],
)
def test_day_zero_weekends_holidays_and_made_up_days(department, day, due):
    assert services.clocks.last_day("repair.acceptance", on=day) == due


def test_today_is_not_late(opened):
    case = opened(on=TODAY)
    assert not Case.objects.late(on=case.due_on).exists()
    assert Case.objects.late(on=case.due_on + datetime.timedelta(days=1)).exists()
