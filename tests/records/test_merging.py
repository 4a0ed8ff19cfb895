"""Subjects that are one: found, judged, merged by two people, and parted again without a trace in the facts."""

import threading

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import Role
from audit.actions import Action
from audit.models import AuditEvent
from credit_platform import demo
from records import services
from records.errors import Refused, RightMissing
from records.models import FormerName, Identifier, Record, Subject, SubjectMerge, SuspectedDuplicate
from records.workflow import TransitionRefused
from tests import factories

NAME = "昆明示例第1商贸有限公司"
ORGANISATION_CODE = demo.make_uscc("530102", 1)[8:17]
SUBJECTS = "id, legal_name, uscc, region_code, adult_on, merged_into_id, standing"
RECORDS = 'id, subject_id, subject_name, document_no, decided_on, title, "values", state, ended_on, end_reason'
TABLES = {
    "records_subject": SUBJECTS,
    "records_record": RECORDS,
    "records_identifier": "id, subject_id, kind, lookup",
    "records_formername": "id, subject_id, name, until_on",
}


def facts() -> dict[str, list]:
    """Every business column of the facts."""
    with connection.cursor() as cursor:
        return {
            table: cursor.execute(f"SELECT {columns} FROM {table} ORDER BY id").fetchall()
            for table, columns in TABLES.items()
        }


@pytest.fixture
def department(db, rehearse, data_dir):
    """All of it is about TODAY and keeps its files to itself."""
    return factories.make_department("甲", 711)


@pytest.fixture
def clerk(department):
    return factories.make_user("clerk-a", Role.CLERK, department)


@pytest.fixture
def lead(department):
    return factories.make_user("lead-a", Role.LEAD, department)


@pytest.fixture
def first_reviewer(db):
    return factories.make_user("reviewer-1", Role.REVIEWER)


@pytest.fixture
def second_reviewer(db):
    return factories.make_user("reviewer-2", Role.REVIEWER)


def by_old_code(department, number=1, *, code="530102999000001", **changes):
    """A penalty of an organisation known by its old registration number alone."""
    values = factories.penalty(department, number, **changes)
    del values["CF_XDR_SHXYM"]
    return values | {"CF_XDR_GSZC": code}


@pytest.fixture
def pair(department, clerk) -> SuspectedDuplicate:
    """One organisation twice: by its unified code, and by its old number."""
    factories.register(factories.penalty(department, 1), clerk)
    factories.register(by_old_code(department, 2), clerk)
    services.find_duplicates()
    return SuspectedDuplicate.objects.get()


@pytest.fixture
def merged(pair, first_reviewer, second_reviewer):
    return merge(pair, first_reviewer, second_reviewer)


def merge(pair, first_reviewer, second_reviewer) -> SubjectMerge:
    suggested = services.suggest_merge(
        pair, survivor=pair.first, actor=first_reviewer, reason="营业执照载明原注册号（示例）"
    )
    return services.merge_subjects(suggested, actor=second_reviewer, reason="已核对档案（示例）")


def test_the_same_name_without_a_shared_code_is_suspected(pair):
    assert pair.reasons == ["same_name"]
    assert services.find_duplicates() == 1, "looking again finds the same"


def test_an_organisation_code_inside_a_unified_code_is_suspected(department, clerk):
    factories.register(factories.penalty(department, 1), clerk)
    other = factories.penalty(department, 2, CF_XDR_MC="昆明别名示例商贸有限公司")
    del other["CF_XDR_SHXYM"]
    factories.register(other | {"CF_XDR_ZZJG": ORGANISATION_CODE}, clerk)
    services.find_duplicates()
    assert SuspectedDuplicate.objects.get().reasons == ["embedded_code"]


def test_a_name_with_another_legal_form_is_suspected(department, clerk):
    factories.register(factories.penalty(department, 1), clerk)
    factories.register(by_old_code(department, 2, CF_XDR_MC="昆明示例第1商贸公司"), clerk)
    services.find_duplicates()
    assert SuspectedDuplicate.objects.get().reasons == ["near_name"]


def persons(department, clerk, *, name="示例张三") -> list[Subject]:
    """One person under an identity card, and under its 15-digit number called “其他证件”."""
    eighteen = factories.make_id_number(1)
    fifteen = eighteen[:6] + eighteen[8:17]
    first = factories.persons_penalty(department, 1, name=name)
    second = factories.persons_penalty(
        department, 2, name=name, CF_XDR_ZJLX="其他-第一代居民身份证", CF_XDR_ZJHM=fifteen
    )
    return [factories.register(values, clerk).subject for values in (first, second)]


def test_persons_are_suspected_by_number_in_15_and_18_digits_never_by_name(
    department, clerk, first_reviewer, second_reviewer
):
    first, second = persons(department, clerk)
    namesake = factories.persons_penalty(department, 3, name="示例张三")
    third = factories.register(namesake, clerk).subject
    services.find_duplicates()
    found = SuspectedDuplicate.objects.get()
    assert ({found.first, found.second}, found.reasons) == ({first, second}, ["same_number"])
    by_name = SuspectedDuplicate.objects.create(first=first, second=third, reasons=["same_name"])
    with pytest.raises(Refused) as refusal:
        services.suggest_merge(by_name, survivor=first, actor=first_reviewer, reason="姓名相同")
    assert refusal.value.code == "numbers_differ"
    before = facts()
    done = merge(found, first_reviewer, second_reviewer)
    assert first.records.count() == 2
    services.unmerge_subjects(done, actor=first_reviewer, reason="核对有误（示例）")
    assert facts() == before


def test_a_merge_moves_records_codes_and_the_name_and_tells_the_nation(pair, merged):
    survivor, absorbed = pair.first, Subject.objects.get(pk=pair.second_id)
    assert absorbed.merged_into == survivor and not absorbed.records.exists()
    assert set(survivor.identifiers.values_list("kind", flat=True)) == {"uscc", "registration_no"}
    moved = Record.objects.get(document_no="云示罚〔2026〕2号")
    assert (moved.subject, moved.revision) == (survivor, 2) and moved.revision > moved.national_revision
    with connection.cursor() as cursor:
        cursor.execute("SELECT legal_name FROM public_subject")
        assert cursor.fetchall() == [(NAME,)]
        cursor.execute("SELECT DISTINCT subject_code FROM public_record")
        assert cursor.fetchall() == [(survivor.uscc,)]
    assert AuditEvent.objects.filter(action=Action.SUBJECTS_MERGED).count() == 1


def test_unmerge_restores_every_business_column(pair, first_reviewer, second_reviewer):
    before = facts()
    done = merge(pair, first_reviewer, second_reviewer)
    assert facts() != before
    services.unmerge_subjects(done, actor=second_reviewer, reason="两家企业（示例）")
    assert facts() == before


def test_the_survivor_takes_over_a_unified_code_and_gives_it_back(pair, first_reviewer, second_reviewer):
    before, code = facts(), pair.first.uscc
    suggested = services.suggest_merge(pair, survivor=pair.second, actor=first_reviewer, reason="示例")
    done = services.merge_subjects(suggested, actor=second_reviewer, reason="示例")
    assert Subject.objects.get(pk=pair.second_id).uscc == code
    services.unmerge_subjects(done, actor=second_reviewer, reason="示例")
    assert facts() == before


def test_of_the_same_decision_the_survivors_stands_and_the_other_lives_again_after_an_unmerge(
    department, clerk, first_reviewer, second_reviewer
):
    kept = factories.register(factories.penalty(department, 1), clerk)
    other = factories.register(by_old_code(department, 1), clerk)
    services.find_duplicates()
    before = facts()
    done = merge(SuspectedDuplicate.objects.get(), first_reviewer, second_reviewer)
    kept.refresh_from_db()
    other.refresh_from_db()
    assert (kept.state, other.state, other.subject_id) == ("current", "withdrawn", done.absorbed_id)
    assert other.revision == 2 and "重复" in other.end_reason
    services.unmerge_subjects(done, actor=first_reviewer, reason="示例")
    assert facts() == before


def test_who_suggests_does_not_decide(pair, first_reviewer, clerk, lead):
    suggested = services.suggest_merge(pair, survivor=pair.first, actor=first_reviewer, reason="示例")
    with pytest.raises(Refused) as refusal:
        services.merge_subjects(suggested, actor=first_reviewer, reason="示例")
    assert refusal.value.code == "second_person_required"
    for other in (clerk, lead):
        with pytest.raises(RightMissing):
            services.merge_subjects(suggested, actor=other, reason="示例")
    assert not Subject.objects.filter(merged_into__isnull=False).exists()


def test_two_that_are_not_one_are_never_proposed_again(pair, first_reviewer):
    services.judge_distinct(pair, actor=first_reviewer, reason="两家企业（示例）")
    assert services.find_duplicates() == 0
    with pytest.raises(TransitionRefused):
        services.suggest_merge(pair, survivor=pair.first, actor=first_reviewer, reason="示例")


def test_a_suggestion_turned_down_is_a_verdict(pair, first_reviewer, second_reviewer):
    suggested = services.suggest_merge(pair, survivor=pair.first, actor=first_reviewer, reason="示例")
    services.dismiss_merge(suggested, actor=second_reviewer, reason="两家企业（示例）")
    assert services.find_duplicates() == 0


def test_what_came_in_since_goes_to_whom_its_codes_name(department, clerk, merged, first_reviewer):
    by_both = factories.penalty(department, 3) | {"CF_XDR_GSZC": "530102999000001"}
    for values in (by_old_code(department, 4), factories.penalty(department, 5), by_both):
        assert factories.register(values, clerk).subject == merged.survivor
    services.unmerge_subjects(merged, actor=first_reviewer, reason="示例")
    owners = Record.objects.order_by("document_no").values_list("subject_id", flat=True)
    survivor, absorbed = merged.survivor_id, merged.absorbed_id
    assert list(owners) == [survivor, absorbed, survivor, absorbed, survivor]


def test_the_later_of_two_merges_is_undone_first(department, clerk, merged, first_reviewer, second_reviewer):
    factories.register(by_old_code(department, 6, code="530102999000002"), clerk)
    services.find_duplicates()
    before = facts()
    later = merge(SuspectedDuplicate.objects.waiting().get(), first_reviewer, second_reviewer)
    with pytest.raises(Refused) as refusal:
        services.unmerge_subjects(merged, actor=first_reviewer, reason="示例")
    assert refusal.value.code == "later_merge_stands"
    services.unmerge_subjects(later, actor=first_reviewer, reason="示例")
    assert facts() == before


def test_an_import_at_the_same_time_waits_for_the_merge(committed, data_dir):
    """Both take one lock first, so a row about the absorbed subject is merged before the move or after it."""
    department = factories.make_department("丙", 713)
    clerk = factories.make_user("clerk-c", Role.CLERK, department)
    reviewers = [factories.make_user(f"reviewer-{n}", Role.REVIEWER) for n in (1, 2)]
    factories.register(factories.penalty(department, 1), clerk)
    factories.register(by_old_code(department, 2), clerk)
    services.find_duplicates()

    def importing():
        factories.register(by_old_code(department, 7), clerk)
        connection.close()

    importer = threading.Thread(target=importing)
    with transaction.atomic():
        merged = merge(SuspectedDuplicate.objects.get(), *reviewers)
        importer.start()
        importer.join(1)
        assert importer.is_alive(), "the import went past the merge"
    importer.join(30)
    assert list(Record.objects.values_list("subject_id", flat=True)) == [merged.survivor_id] * 3


MOVED = {"Record", "Identifier", "FormerName", "Subject"} | {
    "Listing",
    "MeasureTask",
    "Case",
}  # with their record (trigger)
READ_OFF = {"Certificate", "ListingInForce"}  # views
STAYING = {"IdentityCheck", "StandingChange", "SuspectedDuplicate", "SubjectMerge", "CodeCase"} | {
    "Check", "Commitment", "EligibilityCertificate", "PointsAccount", "Subscription", "SupervisionClass",
} | {
    "Applicant", "Representation", "Restoration", "FinanceApplication", "Recommendation",
}  # fmt: skip


def test_every_table_that_names_a_subject_is_thought_of():
    """Whoever adds a foreign key to Subject decides what a merge does with it (ADR 0018)."""
    fields = Subject._meta.get_fields(include_hidden=True)
    relations = [field for field in fields if field.auto_created and field.is_relation]
    naming = {relation.related_model.__name__ for relation in relations}
    assert naming == MOVED | READ_OFF | STAYING


class MergingMachine(RuleBasedStateMachine):
    """Any sequence of reports, merges and unmerges keeps every fact with exactly one subject."""

    people: tuple = ()

    @initialize(count=st.integers(2, 4))
    def report_several(self, count):
        self.department, self.clerk, self.first, self.second = self.people
        self.number, self.snapshots = 0, {}
        for index in range(count):
            self.report(index, firm=False)

    @rule(index=st.integers(0, 3), firm=st.booleans())
    def report(self, index, firm):
        self.number += 1
        values = factories.penalty(self.department, self.number % 5) if firm else None
        values = values or by_old_code(self.department, self.number % 5, code=f"53010299900000{index}")
        factories.register(values, self.clerk)
        self.snapshots.clear()  # what came since is handled by its own rule

    @rule(choice=st.integers(0, 9), swap=st.booleans())
    def merge(self, choice, swap):
        SuspectedDuplicate.objects.filter(distinct_at__isnull=False).update(distinct_at=None, distinct_because="")
        services.find_duplicates()
        pairs = list(SuspectedDuplicate.objects.waiting().order_by("pk"))
        if not pairs:
            return
        pair, before = pairs[choice % len(pairs)], facts()
        survivor = pair.second if swap else pair.first
        suggested = services.suggest_merge(pair, survivor=survivor, actor=self.first, reason="示例")
        done = services.merge_subjects(suggested, actor=self.second, reason="示例")
        self.snapshots[done.pk] = before

    @rule()
    def unmerge_the_latest(self):
        latest = SubjectMerge.objects.filter(state="merged").order_by("-decided_at").first()
        if latest is None:
            return
        services.unmerge_subjects(latest, actor=self.first, reason="示例")
        if latest.pk in self.snapshots:
            assert facts() == self.snapshots.pop(latest.pk)

    @invariant()
    def every_fact_has_its_subject(self):
        closed = {each["record"] for m in SubjectMerge.objects.filter(state="merged") for each in m.moved["duplicates"]}
        astray = Record.objects.filter(subject__merged_into__isnull=False).exclude(pk__in=closed)
        assert not astray.exists(), "a record hangs on a subject that was merged away"
        assert not Identifier.objects.filter(subject__merged_into__isnull=False).exists()
        assert not FormerName.objects.filter(subject__merged_into__isnull=False).exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM records_identifier GROUP BY kind, lookup HAVING count(*) > 1")
            assert cursor.fetchall() == []

    def teardown(self):
        if self.people:
            with connection.cursor() as cursor:
                cursor.execute("ROLLBACK TO SAVEPOINT machine")


def test_any_sequence_of_merges_and_unmerges_keeps_the_facts(department, clerk, first_reviewer, second_reviewer):
    MergingMachine.people = (department, clerk, first_reviewer, second_reviewer)
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT machine")
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        MergingMachine,
        settings=settings(max_examples=12, stateful_step_count=10, deadline=None, suppress_health_check=checks),
    )
