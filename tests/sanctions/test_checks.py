"""The check every counter makes (33号（十八）): what it answers, what it leaves behind, what it refuses."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError, ProgrammingError
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from audit.errors import TrailRefused
from audit.models import AuditEvent
from credit_platform import demo
from records.errors import IdempotencyConflict, Refused, RightMissing
from records.models import Subject, SuspectedDuplicate
from records.services import merging
from records.services.special import Sought
from sanctions import services
from sanctions.models import Channel, Check, Listing, Matter, MatterCases, MeasureTask, NationalMeasure, Tone
from sanctions.receipts import digest_of, fold_number
from sanctions.services import matters_seed
from sanctions.services.checks import check_subject, register_cases
from sanctions.services.listings import Named
from tests.conftest import TODAY
from tests.factories import make_id_number, make_user, penalty, persons_penalty, register
from tests.sanctions.conftest import FIRM, INCENTIVES, LATER, make_kind, make_line, make_memorandum

FIRM_SOUGHT = Sought(FIRM.kind, FIRM.name, FIRM.number)
PERSON = Sought("person", "示例李四", make_id_number(41), "身份证")


@pytest.fixture
def counter(market):
    """The department at whose counter somebody asks, its clerk, and matters."""
    return make_user("counter-s", Role.CLERK, make_line("CZT", 761))


@pytest.fixture
def matter(db):
    return Matter.objects.get(code="CZZJ")


@pytest.fixture
def ask(counter):
    def ask(sought=FIRM_SOUGHT, code="CZZJ", today=LATER, **more) -> Check:
        return check_subject(
            sought, Matter.objects.get(code=code), department=counter.department, actor=counter,
            channel=Channel.PAGE, today=today, **more,
        )  # fmt: skip

    return ask


def notes(check) -> list[str]:
    return [note["code"] for note in check.answer["notes"]]


def code_of(refusal) -> str:
    return refusal.value.code


def test_a_listed_organisation_is_answered_with_measures_basis_and_receipt(black, memorandum, enter, ask, counter):
    listing = enter(black)
    check = ask(matter_no="云示项〔2026〕9号")
    assert check.verdict == "sanctioned" and check.subject == listing.subject
    [measure] = check.answer["measures"]
    assert (measure["text"], measure["force_label"]) == ("限制申请示例财政资金项目", "强制性")
    assert measure["basis"].startswith("《") and measure["memorandum"] == "示例备忘录T-MEMO"
    assert check.answer["hits"][0]["document_no"] == listing.document_no
    assert fold_number(check.receipt_no) == check.receipt_no
    assert check.answer["receipt_no"] == check.receipt_no and check.answer_digest == digest_of(check.answer)
    assert check.answer["as_of"] == check.as_of.isoformat()
    assert not AuditEvent.objects.readings().exists(), "an organisation is no personal data"


def test_a_matter_asks_only_for_measures_that_touch_it(black, memorandum, enter, ask):
    enter(black)
    check = ask(code="PXPY")
    assert (check.verdict, check.answer["measures"], notes(check)) == ("clear", [], ["listed_without_measures"])
    Matter.objects.filter(code="PXPY").update(effects=[])
    assert len(ask(code="PXPY").answer["measures"]) == 4


def test_what_only_informs_is_no_ground(black, memorandum, enter, ask):
    enter(black)
    Matter.objects.filter(code="PXPY").update(effects=[NationalMeasure.LENDING])
    check = ask(code="PXPY")
    assert (check.verdict, len(check.answer["measures"]), notes(check)) == ("clear", 1, ["reference_only"])


def test_while_a_record_is_verified_the_measure_rests_and_then_stands_again(black, memorandum, enter, ask, lead):
    listing = enter(black)
    services.suspend_listing(listing, actor=lead, reason="收到异议", today=LATER)
    check = ask()
    assert (check.verdict, check.answer["measures"], len(check.answer["resting"])) == ("resting", [], 1)
    assert check.answer["hits"][0]["is_suspended"]
    services.resume_listing(listing, actor=lead, reason="核实无误", today=LATER)
    assert ask().verdict == "sanctioned"


def test_before_the_entry_and_after_the_exit_there_is_nothing(black, memorandum, propose, enter, ask, lead, clerk):
    listing = enter(black)
    services.exit_listing(listing, actor=lead, kind="repaired", reason="已修复", today=LATER)
    check = ask()
    assert (check.verdict, check.answer["hits"]) == ("clear", [])


def test_a_memorandum_that_has_ended_binds_nobody(black, memorandum, enter, ask):
    enter(black)
    memorandum.in_force_until = TODAY
    memorandum.save()
    assert ask().verdict == "clear"


def test_a_decision_under_review_is_marked(black, memorandum, enter, ask, clerk):
    listing = enter(black)
    services.note_review(listing, actor=clerk, case_no="云示复〔2026〕1号", since=LATER)
    assert "under_review" in notes(ask()) and ask().answer["hits"][0]["is_under_review"]


@pytest.fixture
def red(market):
    make_memorandum("T-RED", lists=("T-RED",), measures=INCENTIVES)
    return make_kind("T-RED", tone=Tone.RED, item_code="YLXY")


def test_a_good_name_opens_the_green_channel_until_something_adverse_comes(red, enter, ask, clerk):
    enter(red, conduct=None)
    check = ask(code="RQSL")
    assert check.verdict == "encouraged"
    assert [each["incentive_label"] for each in check.answer["incentives"]] == ["绿色通道", "容缺受理"]
    register(penalty(clerk.department, 7, CF_SJLYDM=clerk.department.uscc), clerk, today=LATER)
    check = ask(code="RQSL")
    assert (check.verdict, check.answer["incentives"]) == ("clear", [])
    assert notes(check) == ["adverse_within_three_years"]


def test_who_is_black_too_is_not_encouraged(black, memorandum, red, enter, ask, rehearse):
    enter(red, conduct=None)
    rehearse(TODAY)
    enter(black, number=2)
    check = ask()
    assert check.verdict == "sanctioned" and check.answer["incentives"] == []


# ---- whom it is about ----


def test_nobody_known_is_an_answer_and_is_counted(ask):
    check = ask(Sought("organisation", "示例无人知晓有限公司", demo.make_uscc("530102", 4711)))
    assert (check.verdict, check.subject) == ("unknown", None)
    assert Check.objects.count() == 1


@pytest.mark.parametrize(
    ("sought", "code"),
    [
        (Sought("organisation", "示例", "123"), "uscc_invalid"),
        (Sought("organisation", "示例", FIRM.number[:-1] + "Х"), "identifier_character"),
        (Sought("person", "示例某", "530102198503120000", "身份证"), "id_number_invalid"),
        (Sought("person", "示例某", "??", "护照号"), "identifier_character"),
        (Sought("organisation", " ", FIRM.number), "name_missing"),
        (Sought("cat", "示例", FIRM.number), "subject_kind_unknown"),
    ],
)
def test_a_number_that_cannot_be_one_is_refused_and_not_counted(ask, sought, code):
    with pytest.raises(Refused) as refusal:
        ask(sought, consent_no="授1号")
    assert code_of(refusal) == code and not Check.objects.exists()
    assert sought.number not in refusal.value.message or sought.kind != "person"


def test_a_minor_is_clear_and_nothing_is_read(ask):
    child = Sought("person", "示例少年", make_id_number(42, born_on=TODAY.replace(year=TODAY.year - 12)), "身份证")
    check = ask(child, consent_no="授1号")
    assert (check.verdict, check.subject, notes(check)) == ("clear", None, ["subject_is_minor"])
    assert not AuditEvent.objects.readings().exists()


@pytest.fixture
def merge(market):
    """Two reviewers find that one subject is another."""

    def merge(survivor: Subject, absorbed: Subject):
        first, second = (make_user(f"reviewer-{number}", Role.REVIEWER) for number in (1, 2))
        low, high = sorted((survivor, absorbed), key=lambda subject: subject.pk)
        pair = SuspectedDuplicate.objects.create(first=low, second=high, reasons=["same_name"])
        suggested = merging.suggest_merge(pair, survivor=survivor, actor=first, reason="同一主体（示例）")
        merging.merge_subjects(suggested, actor=second, reason="已核对（示例）")
        return lambda: merging.unmerge_subjects(suggested, actor=first, reason="核对有误（示例）")

    return merge


def other_firm(clerk, **changes) -> Subject:
    return register(penalty(clerk.department, 8, firm=2, **changes), clerk).subject


def test_an_absorbed_code_leads_to_the_survivor(black, memorandum, enter, ask, clerk, merge):
    listing, other = enter(black), other_firm(clerk)
    code = other.uscc
    merge(listing.subject, other)
    check = ask(Sought("organisation", other.legal_name, code))
    assert (check.verdict, check.subject, notes(check)) == ("sanctioned", listing.subject, ["subject_merged"])


def test_nobody_gets_off_a_list_by_being_somebody_else(black, memorandum, enter, ask, clerk, merge):
    listing, other = enter(black), other_firm(clerk)
    absorbed, tasks = listing.subject, MeasureTask.objects.filter(action__listing=listing)
    part_again = merge(other, absorbed)
    assert ask(Sought("organisation", other.legal_name, other.uscc)).verdict == "sanctioned"
    assert {task.subject_id for task in tasks.all()} == {other.pk}
    part_again()
    assert ask(Sought("organisation", other.legal_name, other.uscc)).verdict == "clear"
    assert ask().subject == absorbed and {task.subject_id for task in tasks.all()} == {absorbed.pk}


def test_another_name_of_an_organisation_is_answered_and_said(black, memorandum, enter, ask):
    enter(black)
    check = ask(Sought("organisation", "昆明示例第9商贸有限公司", FIRM.number))
    assert check.verdict == "sanctioned" and notes(check) == ["name_differs"]
    assert check.answer["subject"]["held_name"] == FIRM.name


def test_nobody_is_told_about_somebody_else(black, memorandum, enter, ask):
    enter(black, Named("person", PERSON.name, PERSON.number))
    check = ask(Sought("person", "示例王五", PERSON.number, "身份证"), "GWYL", consent_no="授1号")
    assert (check.verdict, check.subject, check.answer["hits"]) == ("unknown", None, [])
    assert notes(check) == ["person_name_differs"]
    assert PERSON.name not in str(check.answer)


def test_a_person_is_read_with_consent_and_leaves_a_line(black, memorandum, enter, ask, counter):
    listing = enter(black, Named("person", PERSON.name, PERSON.number))
    with pytest.raises(Refused) as refusal:
        ask(PERSON, "CZZJ")
    assert code_of(refusal) == "consent_missing" and not Check.objects.exists()
    check = ask(PERSON, "CZZJ", consent_no="云示授〔2026〕1号")
    assert check.verdict == "sanctioned" and "identity_unverified" in notes(check)
    line = AuditEvent.objects.readings().get()
    assert (line.action, line.object_id) == ("sanctions.subject.checked", str(listing.subject_id))
    assert (line.detail["basis"], line.reason) == ("consent", "办理“财政性资金项目申请”")
    assert PERSON.number not in str(check.answer) and check.answer["subject"]["number"].count("*") == 8


def test_a_duty_by_law_needs_no_consent_and_says_so_in_the_line(black, memorandum, enter, ask):
    enter(black, Named("person", PERSON.name, PERSON.number))
    assert ask(PERSON, "XZXK").verdict == "sanctioned"
    assert AuditEvent.objects.readings().get().detail["basis"] == "matter"


def test_whom_the_population_library_does_not_know_is_not_answered_about(black, memorandum, enter, ask):
    listing = enter(black, Named("person", PERSON.name, PERSON.number))
    Subject.objects.filter(pk=listing.subject_id).update(verification="mismatch", verified_at="2026-11-01T00:00Z")
    check = ask(PERSON, "XZXK")
    assert (check.verdict, notes(check)) == ("unknown", ["identity_mismatch"])


def test_without_a_line_there_is_no_answer(black, memorandum, enter, ask):
    enter(black, Named("person", PERSON.name, PERSON.number))
    with connection.cursor() as cursor:
        cursor.execute("REVOKE INSERT ON audit_auditevent FROM credit_office")
        cursor.execute("SET LOCAL ROLE credit_office")
    with pytest.raises(TrailRefused), transaction.atomic():
        ask(PERSON, "XZXK")
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert not Check.objects.exists()


def test_a_person_responsible_is_answered_through_their_own_record(black, memorandum, ask, enter, clerk):
    """33号（十四）: only measures on persons, and only those with a basis of their own."""
    Matter.objects.filter(code="GWYL").update(needs_consent=False)
    listing = enter(black)
    record = register(
        persons_penalty(clerk.department, 9, name=PERSON.name, CF_XDR_ZJHM=PERSON.number,
                        CF_SJLYDM=clerk.department.uscc), clerk,
    )  # fmt: skip
    assert record.subject_id != listing.subject_id
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE records_record SET derived_from_id = %s WHERE id = %s", [listing.record_id, record.pk])
        cursor.execute("SET session_replication_role = origin")
    check = ask(PERSON, "GWYL")
    assert [each["text"] for each in check.answer["measures"]] == ["限制责任人员任示例职务"]
    assert check.answer["hits"][0]["as_responsible"]


# ---- who asks, how often, how fast ----


def test_only_who_works_there_asks_for_a_department(ask, counter, matter, market):
    stranger = make_user("stranger-s", Role.CLERK, market)
    auditor = make_user("auditor-s", Role.AUDITOR)
    for nobody in (stranger, auditor):
        with pytest.raises(RightMissing):
            check_subject(FIRM_SOUGHT, matter, department=counter.department, actor=nobody, channel="page", today=TODAY)


def test_a_matter_out_of_use_is_refused(ask):
    Matter.objects.filter(code="CZZJ").update(is_active=False)
    with pytest.raises(Refused) as refusal:
        ask()
    assert code_of(refusal) == "matter_unknown"


def test_the_same_key_gives_the_same_receipt(ask):
    first = ask(key="one")
    assert ask(key="one").pk == first.pk and Check.objects.count() == 1
    with pytest.raises(IdempotencyConflict):
        ask(key="one", code="PXPY")
    assert ask(key="two").pk != first.pk


def test_an_answer_never_changes_and_never_goes(ask):
    check = ask()
    for spoil in (lambda: Check.objects.filter(pk=check.pk).update(verdict="clear"), check.delete):
        with pytest.raises((IntegrityError, InternalError, ProgrammingError)), transaction.atomic():
            spoil()


def test_a_check_takes_few_statements(black, memorandum, enter, ask, counter, matter):
    """Measured at 5 million records in bench/checks.py; here the number is pinned."""
    enter(black)

    def statements(sought) -> int:
        with CaptureQueriesContext(connection) as taken:
            check_subject(sought, matter, department=counter.department, actor=counter, channel="api", today=LATER)
        return len([q for q in taken if "SAVEPOINT" not in q["sql"]])

    assert statements(Sought("organisation", "示例无人", demo.make_uscc("530102", 4711))) == 2
    assert statements(FIRM_SOUGHT) == 5
    assert statements(FIRM_SOUGHT) == 4, "the measures of an approved memorandum are known by now"


def test_looking_for_somebody_and_their_listings_reads_indexes_only(black, memorandum, enter):
    enter(black)
    held = (
        "SELECT s.legal_name FROM records_identifier AS i JOIN records_subject AS s ON s.id = i.subject_id"
        f" WHERE i.kind = 'uscc' AND i.lookup = '{demo.make_uscc('530102', 4711)}'"
    )
    listed = f"SELECT * FROM listing_in_force WHERE subject_id = {Listing.objects.get().subject_id}"
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        for sql in (held, listed):  # as sanctions_held() and sanctions_listed() ask
            cursor.execute(f"EXPLAIN {sql}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
            for costly in ("CTE Scan", "Seq Scan on sanctions_listing", "Seq Scan on records_"):
                assert costly not in plan, plan
        cursor.execute("RESET enable_seqscan")


# ---- matters and cases ----


def test_matters_are_seeded_once_with_their_source(db):
    before = matters_seed.seed()
    assert matters_seed.seed() == before and before["matters"] >= 20
    for matter in Matter.objects.all():
        assert matter.source and set(matter.effects) <= set(NationalMeasure.values)


def test_cases_of_a_month_are_registered_and_corrected(counter, matter):
    month = TODAY.replace(day=1)
    told = {"department": counter.department, "actor": counter, "channel": "page", "source": "示例系统", "today": TODAY}
    register_cases(matter, month, 12, **told)
    register_cases(matter, month, 15, **told)
    assert MatterCases.objects.get().count == 15
    for wrong, code in ((TODAY, "month_invalid"), (LATER.replace(day=1), "month_invalid")):
        with pytest.raises(Refused) as refusal:
            register_cases(matter, wrong, 1, **told)
        assert code_of(refusal) == code
    with pytest.raises(Refused) as refusal:
        register_cases(matter, month, -1, **told)
    assert code_of(refusal) == "count_invalid"
