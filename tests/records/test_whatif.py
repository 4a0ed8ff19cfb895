"""What an edition does to the records: the SQL gives the answers of the law's arithmetic, and the records follow it."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import Role
from audit.models import AuditEvent
from catalogue import services as catalogue
from catalogue.models import DisplayRule, InformationItem
from catalogue.policy import TermRule, display_term, milder_term, rule_for
from disclosure.models import PublicRecord
from records import services, whatif
from records.models import Record, RecordVersion
from tests import factories
from tests.catalogue.editions import add_item, field, rule, shorten
from tests.disclosure.factory import make_organisation, make_person, make_record

pytestmark = pytest.mark.django_db
DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))
MONTHS = st.integers(1, 480)


@pytest.fixture
def author(db):
    return factories.make_user("law-author", Role.ADMINISTRATOR)


@pytest.fixture
def second(db):
    return factories.make_user("law-second", Role.REVIEWER)


@pytest.fixture
def draft(author, rehearse):
    return catalogue.start_draft(name="缩短一般失信处罚的公示期", reason="测试", actor=author)


@st.composite
def terms(draw) -> tuple[TermRule, dict]:
    method = draw(st.sampled_from(["months", "if_stated", "valid_until"]))
    months = sorted([draw(MONTHS), draw(MONTHS)])
    minimum = draw(st.sampled_from([None, months[0]]))
    rule = TermRule("r", "", method, minimum, None if method == "valid_until" else months[1], date.min, None)
    dates = {"valid_until": draw(st.none() | DAYS), "stated_until": draw(st.none() | DAYS)}
    return rule, dates | {"decided_on": draw(DAYS)}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(terms())
@example((TermRule("r", "", "months", 1, 1, date.min, None), {
    "decided_on": date(2024, 1, 31), "valid_until": None, "stated_until": date(2024, 1, 31)}))  # fmt: skip
@example((TermRule("r", "", "months", None, 12, date.min, None), {
    "decided_on": date(2024, 2, 29), "valid_until": None, "stated_until": None}))  # fmt: skip
def test_the_arithmetic_in_sql_is_that_of_the_policy(db, drawn):
    rule, dates = drawn
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT display_term(%s, %s, %s, %s, %s, %s)",
            [rule.method, rule.minimum_months, rule.maximum_months, *(dates[name] for name in ORDER)],
        )
        assert cursor.fetchone()[0] == display_term(rule, **dates).until


ORDER = ("decided_on", "valid_until", "stated_until")


def penalties(dice: random.Random, number: int) -> None:
    """Records of every age and severity, of organisations and persons, shown, ended and withdrawn."""
    kinds = {"serious": "责令停产停业", "general": "罚款", "minor": "警告"}
    subjects = [make_organisation("云南示例预演有限公司"), make_person("示例预演", factories.make_id_number(77))]
    for _ in range(number):
        severity = dice.choice(list(kinds))
        decided = factories.TODAY - timedelta(days=dice.randrange(2000))
        stated = dice.choice([None, None, decided + timedelta(days=dice.randrange(1200))])
        until = dice.choice([None, decided + timedelta(days=dice.randrange(1500))])
        values = {"CF_CFLB": kinds[severity], "CF_NR": "罚款"} | ({"CF_GSJZQ": stated.isoformat()} if stated else {})
        over = until is not None and until < factories.TODAY
        state = dice.choice(["withdrawn", "expired"] if over else ["current", "disputed", "current", "withdrawn"])
        make_record(
            dice.choice(subjects),
            "XZCF",
            decided_on=decided,
            severity=severity,
            displayed_until=until,
            state=state,
            ended_on=None if state in ("current", "disputed") else factories.TODAY,
            values=values,
        )


def expected(draft_rules: dict, on: date) -> Counter:
    """The same question answered record by record with the law's own functions."""
    found = Counter()
    for record in Record.objects.exclude(state="withdrawn"):
        draft_rule = draft_rules.get(record.severity)
        then = record.displayed_until
        if draft_rule:
            stated = record.values.get("CF_GSJZQ")
            dates = {"valid_until": None, "stated_until": date.fromisoformat(stated) if stated else None}
            then = display_term(draft_rule, decided_on=record.decided_on, **dates).until
        live = record.state in ("current", "disputed")
        is_now = live and record.displayed_until is not None and record.displayed_until >= on
        is_then = then is not None and then >= on
        if is_now and not is_then:
            found["ended"] += 1
        elif is_then and not is_now:
            found["appearing"] += 1
        elif is_now and is_then and then != record.displayed_until:
            found["shorter" if then < record.displayed_until else "longer"] += 1
    return found


@pytest.mark.parametrize("seed", range(6))
def test_many_records_are_judged_at_once_as_one_by_one(draft, author, today, seed):
    dice = random.Random(seed)
    if not InformationItem.objects.get(code="XZCF").fields.filter(code="CF_GSJZQ", role="display_until").exists():
        pytest.fail("the field that states an end has another code now")
    penalties(dice, 80)
    changed = {}
    for severity in dice.sample(["serious", "general", "minor"], dice.randint(1, 3)):
        method = dice.choice(["months", "if_stated"])
        months = sorted([dice.randint(1, 48), dice.randint(1, 48)])
        row = rule(draft.law, "XZCF", severity)
        row |= {"method": method, "minimum_months": months[0], "maximum_months": months[1]}
        if row != rule(draft.law, "XZCF", severity):
            draft = catalogue.change_rule(draft, row, actor=author)
            changed[severity] = TermRule("k", severity, method, *months, today, None)
    on = today + timedelta(days=dice.randrange(40))
    found = sum((Counter({count.kind: count.records}) for count in whatif.counts(draft, on=on)), Counter())
    assert found == expected(changed, on)
    listed = whatif.affected(draft, on=on, departments=None, limit=1000)
    assert Counter(row.kind for row in listed) == found


def approve(draft, author, second, *, today, on=None, recomputes=False):
    draft = catalogue.submit(draft, actor=author)
    return services.approve_edition(
        draft, in_force_on=on or today, recomputes=recomputes, opinion="同意", actor=second, today=today
    )


@pytest.fixture
def displayed(today):
    """A penalty that would be over under a term of six months, and one that would end earlier."""
    firm = make_organisation("昆明示例预演商贸有限公司")
    old = make_record(firm, "XZCF", decided_on=today - timedelta(days=300), severity="general",
                      displayed_until=today + timedelta(days=60), values={"CF_CFLB": "罚款"})  # fmt: skip
    new = make_record(firm, "XZCF", decided_on=today - timedelta(days=30), severity="general",
                      displayed_until=today + timedelta(days=335), values={"CF_CFLB": "罚款"})  # fmt: skip
    return old, new


def test_running_terms_do_not_move_unless_it_is_decided(draft, author, second, today, displayed):
    before = [record.displayed_until for record in displayed]
    edition = approve(shorten(draft, author, months=6), author, second, today=today)
    assert edition.impact["total"] == {"ended": 1, "shorter": 1}
    for record, until in zip(displayed, before, strict=True):
        record.refresh_from_db()
        assert (record.displayed_until, record.revision) == (until, 1)


def test_decided_so_they_are_shortened_with_versions_and_the_nation_is_told(draft, author, second, today, displayed):
    approve(shorten(draft, author, months=6), author, second, today=today, recomputes=True)
    old, new = (Record.objects.get(pk=record.pk) for record in displayed)
    assert old.displayed_until == today - timedelta(days=1)
    assert new.displayed_until == date(2027, 4, 23)
    assert {old.display_rule_key, new.display_rule_key} == {"XZCF.edition-2.general"}
    assert list(PublicRecord.objects.filter(pk__in=[old.pk, new.pk]).values_list("pk", flat=True)) == [new.pk]
    assert RecordVersion.objects.filter(record__in=displayed, revision=1).count() == 2
    assert Record.objects.pending_national().filter(pk__in=[old.pk, new.pk]).count() == 2
    line = AuditEvent.objects.get(action="records.record.recomputed")
    assert line.detail == {"edition": 2, "recomputes": True, "ended": 1, "shorter": 1}
    assert services.carry_out_editions(today=today) == 0, "once is enough"


def test_an_edition_of_a_later_day_is_carried_out_on_that_day(draft, author, second, today, displayed):
    on = today + timedelta(days=10)
    approve(shorten(draft, author, months=6), author, second, today=today, on=on, recomputes=True)
    assert services.carry_out_editions(today=on - timedelta(days=1)) == 0
    assert services.carry_out_editions(today=on) == 2


def test_terms_only_ever_become_shorter(draft, author, second, today, displayed):
    edition = approve(shorten(draft, author, months=30), author, second, today=today, recomputes=True)
    assert edition.impact["total"] == {"longer": 2}
    assert [Record.objects.get(pk=record.pk).displayed_until for record in displayed] == [
        record.displayed_until for record in displayed
    ]


def test_an_old_decision_reported_late_has_the_milder_term_and_an_unchanged_row_stays_unchanged(
    draft, author, second, today, data_dir, rehearse
):
    department = factories.make_department("甲", 711)
    clerk = factories.make_user("clerk-a", Role.CLERK, department)
    values = factories.penalty(department, 1)
    first = factories.register(values, clerk)
    assert first.displayed_until == date(2027, 11, 3)
    approve(shorten(draft, author, months=6), author, second, today=today, recomputes=True)
    again = factories.register(values, clerk)
    assert (again.pk, again.revision, again.displayed_until) == (first.pk, 2, date(2027, 5, 3))
    late = factories.register(factories.penalty(department, 2, CF_JDRQ="2026-10-08"), clerk)
    assert (late.displayed_until, late.display_rule_key) == (date(2027, 4, 8), "XZCF.edition-2.general")


def test_without_that_decision_an_old_decision_keeps_the_rule_of_its_day(draft, author, second, today, data_dir):
    department = factories.make_department("甲", 711)
    clerk = factories.make_user("clerk-a", Role.CLERK, department)
    approve(shorten(draft, author, months=6), author, second, today=today)
    late = factories.register(factories.penalty(department, 2, CF_JDRQ="2026-10-08"), clerk)
    assert (late.displayed_until, late.display_rule_key) == (date(2027, 10, 8), "XZCF.order-36.general")


@settings(max_examples=200, deadline=None)
@given(terms(), terms(), DAYS, DAYS)
def test_a_rule_that_reaches_back_never_lengthens(first, later, begins, on):
    dates = first[1]
    old = first[0]
    new = TermRule("n", "", later[0].method, later[0].minimum_months, later[0].maximum_months, begins, None, begins)
    term = display_term(old, **dates)
    milder = milder_term(term, [old, new], severity="", on=on, **dates)
    assert milder == term or (milder.rule_key == "n" and begins <= on and dates["decided_on"] < begins)
    assert milder.until is None or (term.until is not None and milder.until <= term.until)
    assert rule_for([old, new], severity="", decided_on=dates["decided_on"]) is not None


def test_a_field_that_is_closed_is_closed_for_old_records_and_the_nation_hears_of_it(
    draft, author, second, today, displayed
):
    record = make_record(make_organisation("示例关闭字段有限公司"), "XZCF", values={"CF_NR": "罚款三千元"})
    assert PublicRecord.objects.get(pk=record.pk).values["CF_NR"] == "罚款三千元"
    closed = field(draft.law, "XZCF", "CF_NR") | {"scope": "shared"}
    draft = catalogue.change_field(draft, "XZCF", closed, actor=author)
    assert Counter(count.kind for count in whatif.counts(draft, on=today)) == {"closed": 1}
    approve(draft, author, second, today=today)
    assert "CF_NR" not in PublicRecord.objects.get(pk=record.pk).values
    record.refresh_from_db()
    assert record.revision == 2


def test_a_field_that_is_opened_stays_closed_for_old_records(draft, author, second, today):
    record = make_record(make_organisation("示例打开字段有限公司"), "XZCF", values={"BZ": "内部备注"})
    opened = field(draft.law, "XZCF", "BZ") | {"scope": "public"}
    draft = catalogue.change_field(draft, "XZCF", opened, actor=author)
    assert whatif.counts(draft, on=today) == []
    approve(draft, author, second, today=today)
    assert "BZ" not in PublicRecord.objects.get(pk=record.pk).values


def test_persons_no_longer_shown_disappear_at_once_and_the_nation_hears_of_it(draft, author, second, today):
    person = make_person("示例隐去", factories.make_id_number(55))
    record = make_record(person, "XZCF", severity="general", values={"CF_CFLB": "罚款"})
    item = next(item for item in draft.law["items"] if item["code"] == "XZCF")
    draft = catalogue.change_item(draft, item | {"person_display": "none"}, actor=author)
    assert [(count.kind, count.records) for count in whatif.counts(draft, on=today)] == [("hidden", 1)]
    approve(draft, author, second, today=today)
    assert not PublicRecord.objects.filter(pk=record.pk).exists()
    record.refresh_from_db()
    assert record.revision == 2


def test_an_item_that_ends_ends_its_records_only_when_it_is_decided(draft, author, second, today):
    record = make_record(make_organisation("示例目录终止有限公司"), "JYYC")
    draft = catalogue.end_item(draft, "JYYC", actor=author)
    assert [(count.kind, count.records) for count in whatif.counts(draft, on=today)] == [("ended", 1)]
    approve(draft, author, second, today=today, recomputes=True)
    assert not PublicRecord.objects.filter(pk=record.pk).exists()
    assert not DisplayRule.objects.of("JYYC").in_force(on=today).exists()


def test_a_new_item_touches_no_record(draft, author, today, displayed):
    assert whatif.counts(add_item(draft, author), on=today) == []
