"""Lists kept elsewhere come in as what they are, once, and count from then on (F043; 33号（三）（十九）)."""

import datetime
import json

import pytest
from django.core.management import call_command

from accounts.models import Role
from audit.actions import Action
from audit.models import AuditEvent
from disclosure.models import PublicListing, PublicRecord
from records import services as record_services
from records.models import Record, Subject
from sanctions import letters, services
from sanctions.models import ConductClass, Listing, ListingInForce, ListKind, MeasureTask, Origin, Tone
from sanctions.services.listings import Decision, Named
from tests import factories
from tests.conftest import TODAY
from tests.factories import make_id_number, make_user
from tests.sanctions.conftest import LATER, make_kind, make_line, make_memorandum

LIST_NAME = "拖欠农民工工资失信联合惩戒对象名单"


@pytest.fixture
def labour(market):
    return make_line("RST", 761, "530100")


@pytest.fixture
def reporter(labour):
    return make_user("clerk-r", Role.CLERK, labour)


def listed(clerk, number: int = 1, **changes) -> dict[str, str]:
    """A record of 严重失信主体名单 as a department's file brings it."""
    unit = clerk.department
    return {
        "YZSX_XDR_MC": f"昆明示例第{number}商贸有限公司",
        "YZSX_XDR_LB": "法人及非法人组织",
        "YZSX_XDR_SHXYM": factories.demo.make_uscc("530102", number),
        "YZSX_MDMC": LIST_NAME,
        "YZSX_WSH": f"云示薪〔2026〕{number}号",
        "YZSX_SY": "拖欠工资，逾期未支付。",
        "YZSX_YJ": "《示例条例》第四十八条",
        "YZSX_RQ": "2026-11-03",
        "YZSX_RDJG": unit.name,
        "YZSX_RDJGDM": unit.uscc,
        "YZSX_LYDW": unit.name,
        "YZSX_LYDWDM": unit.uscc,
    } | changes


@pytest.fixture
def report(reporter):
    def report(number: int = 1, clerk=None, item: str = "YZSX", **changes) -> Record:
        return factories.register(listed(clerk or reporter, number, **changes), clerk or reporter, item=item)

    return report


def test_a_reported_list_counts_from_the_sweep_on_with_term_task_and_line(report, departments):
    make_memorandum(lists=["TQNMG"], measures=[{"line": "CZT"}])
    record = report()
    assert services.adopt_records(today=TODAY) == 1
    listing = Listing.objects.get()
    assert (listing.origin, listing.state, listing.list_code) == (Origin.REPORTED, "entered", "TQNMG")
    assert (listing.record, listing.ends_on) == (record, record.displayed_until)
    assert listing.entered_on == record.decided_on
    assert ListingInForce.objects.get().subject == record.subject
    assert MeasureTask.objects.get().action.listing == listing
    assert AuditEvent.objects.filter(action=Action.LISTING_ADOPTED, object_id=str(listing.pk)).count() == 1


@pytest.fixture
def take_back(labour):
    """Undo the batch a record came with, as its department's lead does the day after a mistake."""

    def take_back(record: Record) -> None:
        lead = make_user("lead-r", Role.LEAD, labour)
        record_services.undo_batch(record.batch, actor=lead, reason="误传")
        record_services.run_batch(record.batch_id, today=TODAY)
        record.refresh_from_db()
        assert record.state == "unreported"

    return take_back


def test_a_record_taken_back_with_its_batch_and_reported_again_is_listed_again(report, take_back, departments):
    make_memorandum(lists=["TQNMG"], measures=[{"line": "CZT"}])
    record = report()
    services.adopt_records(today=TODAY)
    take_back(record)
    assert services.close_ended(today=TODAY) == 1
    assert not ListingInForce.objects.exists() and services.adopt_records(today=TODAY) == 0
    again = report()
    assert [services.adopt_records(today=TODAY) for _ in range(2)] == [1, 0]
    former, listing = Listing.objects.order_by("pk")
    assert (former.state, former.exit_kind, former.record) == ("exited", "record_ended", None)
    assert (listing.state, listing.record, listing.entered_on) == ("entered", again, TODAY)
    assert ListingInForce.objects.get().listing == listing
    assert MeasureTask.objects.filter(action__listing=listing).count() == 1


def test_one_reported_again_before_anybody_noticed_stays_on_its_listing(report, take_back):
    record = report()
    services.adopt_records(today=TODAY)
    take_back(record)
    report()
    assert (services.close_ended(today=TODAY), services.adopt_records(today=TODAY)) in {(0, 0), (1, 1)}
    assert ListingInForce.objects.count() == 1


def test_the_second_sweep_finds_nothing(report):
    report()
    assert [services.adopt_records(today=TODAY) for _ in range(2)] == [1, 0]


def test_a_list_that_shares_its_item_is_known_by_its_name(report):
    report(1, YZSX_MDMC="社会保险领域严重失信人名单")
    report(2, YZSX_MDMC="没有种类的名单")
    services.adopt_records(today=TODAY)
    assert [listing.list_code for listing in Listing.objects.all()] == ["SBJL"]


def test_a_department_that_does_not_keep_the_list_lists_nobody(report):
    report(clerk=make_user("clerk-t", Role.CLERK, make_line("JTT", 762, "530100")))
    assert services.adopt_records(today=TODAY) == 0


def test_who_left_is_not_adopted_again_and_a_withdrawn_record_takes_the_listing_along(report, reporter):
    record = report()
    services.adopt_records(today=TODAY)
    record_services.withdraw_record(record, actor=reporter, reason="报送有误", today=TODAY)
    assert not ListingInForce.objects.exists()
    services.close_ended(today=TODAY)
    assert Listing.objects.get().exit_kind == "record_ended"
    assert services.adopt_records(today=TODAY) == 0


def test_what_is_proposed_here_is_not_listed_a_second_time_by_a_file(labour, reporter, report):
    decided_on = datetime.date(2026, 11, 3)
    conduct = ConductClass.objects.get(code="P205")
    decision = Decision("云示薪〔2026〕1号", decided_on, labour.name, "示例事由", conduct)
    services.propose_listing(
        ListKind.objects.get(code="TQNMG"),
        Named("organisation", "昆明示例第1商贸有限公司", factories.demo.make_uscc("530102", 1)),
        decision,
        department=labour,
        actor=reporter,
        key=None,
        today=decided_on,
    )
    report()
    assert services.adopt_records(today=TODAY) == 0


def test_court_debtors_come_in_from_the_court_persons_included(market, data_dir):
    court = make_line("FY", 763, "530100")
    clerk = make_user("clerk-f", Role.CLERK, court)
    factories.register(
        {
            "SXBZ_XDR_MC": "示例李四",
            "SXBZ_XDR_LB": "自然人",
            "SXBZ_XDR_ZJLX": "身份证",
            "SXBZ_XDR_ZJHM": make_id_number(43),
            "SXBZ_AH": "（2026）云示执1号",
            "SXBZ_XW": "有履行能力而拒不履行",
            "SXBZ_YJ": "（2025）云示民初1号",
            "SXBZ_YW": "示例义务",
            "SXBZ_LX": "全部未履行",
            "SXBZ_FY": court.name,
            "SXBZ_RQ": "2026-11-03",
            "SXBZ_JDJG": court.name,
            "SXBZ_JDJGDM": court.uscc,
            "SXBZ_LYDW": court.name,
            "SXBZ_LYDWDM": court.uscc,
        },
        clerk,
        item="SXBZ",
    )
    assert services.adopt_records(today=TODAY) == 1
    listing = Listing.objects.get()
    assert (listing.list_code, listing.is_person, listing.ends_on) == ("SXBZX", True, None)
    assert listing.cipher and make_id_number(43) not in str(listing.__dict__)


def inbound(row: int = 1, /, **changes) -> dict[str, str]:
    return {
        "ref": f"GJ-{row}",
        "list": "ZDSS",
        "kind": "organisation",
        "name": f"成都示例第{row}贸易有限公司",
        "number": factories.demo.make_uscc("510104", row),
        "document_no": f"川示税〔2026〕{row}号",
        "decided_on": "2026-10-03",
        "authority": "四川省示例税务局",
        "facts": "示例事由",
        "until": "2029-10-02",
    } | changes


def test_what_the_nation_lists_counts_here_and_is_never_published_as_ours(market):
    counts = services.accept_inbound(Origin.NATIONAL, [inbound()], department=market, today=TODAY)
    assert counts == {"entered": 1}
    listing = Listing.objects.get()
    assert (listing.origin, listing.record, listing.tone) == (Origin.NATIONAL, None, Tone.BLACK)
    assert ListingInForce.objects.get().subject.legal_name == "成都示例第1贸易有限公司"
    assert not PublicRecord.objects.exists() and not PublicListing.objects.exists() and not Record.objects.exists()


def test_a_row_sent_again_is_known_and_one_that_left_is_taken_off(market):
    assert services.accept_inbound(Origin.PROVINCE, [inbound(), inbound()], department=market, today=TODAY) == {
        "entered": 1,
        "known": 1,
    }
    gone = inbound(removed_on="2026-11-20")
    assert services.accept_inbound(Origin.PROVINCE, [gone], department=market, today=TODAY) == {"removed": 1}
    assert Listing.objects.get().exited_on == datetime.date(2026, 11, 20)
    assert not ListingInForce.objects.exists()
    assert services.accept_inbound(Origin.PROVINCE, [gone], department=market, today=TODAY) == {"known": 1}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"list": "NONE"}, "list_unknown"),
        ({"number": "91510104MA00000000"}, "uscc_invalid"),
        ({"decided_on": "明天"}, "row_unreadable"),
        ({"facts": ""}, "row_unreadable"),
        ({"until": "2026-11-01"}, "term_is_over"),
        ({"kind": "person", "list": "CXCZ", "number": make_id_number(44)}, "subject_kind_not_listed"),
        (
            {"kind": "person", "number": make_id_number(45, born_on=datetime.date(2012, 1, 2)), "name": "示例少年"},
            "subject_is_minor",
        ),
    ],
)
def test_a_bad_row_is_counted_by_its_code_and_stops_no_other(market, changes, code):
    counts = services.accept_inbound(
        Origin.NATIONAL, [inbound(1, **changes), inbound(2)], department=market, today=TODAY
    )
    assert counts == {code: 1, "entered": 1}
    assert Subject.objects.count() == 1


def test_the_command_reads_lines_and_prints_what_became_of_them(market, tmp_path, capsys):
    path = tmp_path / "名单.jsonl"
    path.write_text(json.dumps(inbound(), ensure_ascii=False) + "\n这不是 JSON\n", encoding="utf-8")
    call_command("import_inbound_list", path, source="national", department=market.code)
    assert json.loads(capsys.readouterr().out) == {"entered": 1, "row_unreadable": 1}
    line = AuditEvent.objects.get(action=Action.INBOUND_ACCEPTED)
    assert line.detail == {"origin": "national", "entered": 1, "row_unreadable": 1}


@pytest.fixture
def exemplary(market):
    return make_kind("T-RED", tone=Tone.RED, item_code="CXRY", subject_kinds=["organisation"], persons_basis=None)


def fine(clerk, decided_on: str, number: int = 9) -> Record:
    row = factories.penalty(clerk.department, number, firm=1, CF_JDRQ=decided_on)
    return factories.register(row, clerk, today=LATER)


def test_whoever_becomes_adverse_leaves_the_red_list(exemplary, enter, clerk):
    listing = enter(exemplary, conduct=None)
    assert not Listing.objects.contradicted(on=LATER).exists()
    fine(clerk, "2026-12-07")
    assert list(Listing.objects.contradicted(on=LATER)) == [listing]
    assert [services.review_red_lists(today=LATER) for _ in range(2)] == [1, 0]
    listing.refresh_from_db()
    assert (listing.state, listing.exit_kind, listing.record.state) == ("exited", "adverse", "ended")
    assert AuditEvent.objects.filter(action=Action.LISTING_EXITED, object_id=str(listing.pk)).exists()


def test_a_record_that_arrives_on_the_day_of_the_entry_takes_its_subject_off(exemplary, enter, clerk):
    """Decided before the entry, known here hours after it: neither day is later than that of the entry."""
    listing = enter(exemplary, conduct=None)
    record = fine(clerk, "2026-12-01")
    Record.objects.filter(pk=record.pk).update(created_at="2026-12-07T06:00Z")
    assert listing.entered_on == LATER
    assert services.review_red_lists(today=LATER) == 1


def test_a_record_that_counts_again_takes_its_subject_off_whatever_its_age(exemplary, enter, clerk):
    """Ended by a repair, it stood in nobody's way; the repair was false."""
    record = fine(clerk, "2026-11-20")
    Record.objects.filter(pk=record.pk).update(created_at="2026-11-21T01:00Z")
    record_services.end_record(record, actor=clerk, reason="信用修复", today=LATER)
    enter(exemplary, conduct=None)
    assert services.review_red_lists(today=LATER) == 0
    record_services.restore_record(record, actor=clerk, reason="修复材料虚假", today=LATER)
    assert services.review_red_lists(today=LATER) == 1


def test_what_others_have_decided_stands_until_something_new_is_known(exemplary, market, clerk):
    """Whoever entered them answers for what was known then; what comes after is held against them."""
    record = fine(clerk, "2026-11-20")
    Record.objects.filter(pk=record.pk).update(created_at="2026-11-21T01:00Z")
    named = {"name": "昆明示例第1商贸有限公司", "number": factories.demo.make_uscc("530102", 1)}
    row = inbound(1, list=exemplary.code, decided_on="2026-11-25", **named)
    services.accept_inbound(Origin.NATIONAL, [row], department=market, today=LATER)
    assert services.review_red_lists(today=LATER) == 0
    fine(clerk, "2026-11-22", 10)
    assert services.review_red_lists(today=LATER) == 1


def test_the_letter_of_such_an_exit_says_where_to_read_the_record_and_does_not_name_it(exemplary, enter, clerk):
    listing = enter(exemplary, conduct=None)
    record = fine(clerk, "2026-12-07")
    services.review_red_lists(today=LATER)
    listing.refresh_from_db()
    letter = "".join(letters.write(listing, letters.EXIT, today=LATER).paragraphs)
    assert "有了对您（单位）的失信记录" in letter
    assert "可以提出异议" in letter
    assert "不再据此给予激励" in letter
    assert record.document_no not in letter


def test_what_is_being_verified_contradicts_nobody_yet(exemplary, enter, clerk):
    enter(exemplary, conduct=None)
    record = fine(clerk, "2026-12-07")
    record_services.dispute_record(record, actor=clerk, reason="提出异议", today=LATER)
    assert services.review_red_lists(today=LATER) == 0


def test_an_entry_to_a_black_list_is_not_touched_by_the_review(black, enter, clerk):
    enter(black)
    fine(clerk, "2026-12-07")
    assert services.review_red_lists(today=LATER) == 0
