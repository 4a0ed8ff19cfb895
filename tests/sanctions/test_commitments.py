"""What was signed, kept or broken; materials promised for later; nobody found unfaithful by the calendar alone."""

import datetime
import uuid

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from audit.models import AuditEvent
from catalogue import reading
from disclosure.models import PublicRecord
from records.errors import Refused, RightMissing
from records.models import Record
from records.workflow import TransitionRefused
from sanctions import services
from sanctions.models import Commitment, CommitmentKind, CommitmentTemplate
from sanctions.services.commitments import Missing, Promise
from sanctions.services.listings import Named, adverse_since
from tests.conftest import TODAY
from tests.factories import make_id_number
from tests.sanctions.conftest import FIRM, LATER

PERSON = Named("person", "示例李四", make_id_number(41))
DUE = datetime.date(2026, 12, 1)
AFTER_DUE = datetime.date(2026, 12, 20)


@pytest.fixture
def accept(market, clerk):
    """Take in a commitment of FIRM, published and due on DUE unless said otherwise."""

    def accept(code: str = "CN-ZHXY", named: Named = FIRM, **changes) -> Commitment:
        promise = Promise(**{"reason": "示例事由", "made_on": TODAY, "due_on": DUE, "is_public": True} | changes)
        template = CommitmentTemplate.objects.get(code=code)
        return services.accept_commitment(
            template, named, promise, department=market, actor=clerk, key=uuid.uuid4(), today=TODAY
        )

    return accept


@pytest.fixture
def defer(market, clerk):
    def defer(materials=("示例材料一", "示例材料二"), named: Named = FIRM, *, on=TODAY, **changes) -> Commitment:
        missing = [each if isinstance(each, Missing) else Missing(each) for each in materials]
        promise = Promise(**{"reason": "示例许可", "made_on": on} | changes)
        return services.accept_deferral(
            CommitmentTemplate.objects.get(code="CN-RQSL"), named, promise, missing, department=market, actor=clerk,
            key=uuid.uuid4(), today=on,
        )  # fmt: skip

    return defer


@pytest.fixture
def breach(clerk, lead, rehearse):
    """Find and decide that a commitment was not kept, after it was due."""

    def breach(commitment: Commitment) -> Commitment:
        rehearse(AFTER_DUE)
        services.find_breach(
            commitment, actor=clerk, unperformed="没有履行", is_partial=False, answer="电话告知，没有说明",
            today=AFTER_DUE,
        )  # fmt: skip
        return services.confirm_breach(
            commitment, actor=lead, document_no="云示违〔2026〕1号", reason="事实清楚", today=AFTER_DUE
        )

    return breach


def test_the_item_has_the_columns_of_the_national_template():
    fields = next(item for item in reading.items() if item["code"] == "XYCN")["fields"]
    names = [field["name"] for field in fields if field["code"] not in ("identifyPersonKind", "identifyPerson")]
    assert names == [
        "承诺编码", "承诺人名称", "承诺人类别", "承诺人代码", "承诺类型", "承诺事由", "承诺内容", "违诺责任",
        "承诺作出日期", "承诺有效期", "承诺履行状态", "未履行的承诺内容", "违诺责任追究内容", "承诺履行状态认定日期",
        "承诺履行状态认定单位", "承诺履行状态认定单位代码", "承诺受理单位", "承诺受理单位代码", "公开类型", "备注",
    ]  # fmt: skip


def test_every_kind_of_commitment_the_documents_name_has_a_text(db):
    texts = CommitmentTemplate.objects.in_force(on=TODAY)
    assert set(texts.values_list("kind", flat=True)) == set(CommitmentKind.values)
    special = texts.filter(kind=CommitmentKind.SPECIAL).values_list("name", flat=True)
    for words in ("安全生产", "药品安全", "统计", "教师", "司法从业人员"):
        assert any(words in name for name in special), words


def test_a_commitment_accepted_is_published_as_a_record_of_its_item(accept):
    made = accept()
    assert made.number[:14] == "53010020261122" and len(made.number) == 20
    assert made.record.item_code == "XYCN" and made.record.values["commitmentTypeId"] == "主动型"
    assert made.valid_until == datetime.date(2027, 11, 22) == made.record.displayed_until
    shown = PublicRecord.objects.get()
    assert (shown.category, shown.is_adverse, shown.document_no) == ("commitment", False, made.number)
    assert "fulfillmentStatus" not in shown.values


def test_one_that_is_not_to_be_published_leaves_no_record(accept):
    assert accept(is_public=False).record is None and not Record.objects.exists()


def test_the_same_form_sent_twice_is_one_commitment(market, clerk):
    template, key = CommitmentTemplate.objects.get(code="CN-ZHXY"), uuid.uuid4()
    made = [
        services.accept_commitment(
            template, FIRM, Promise("示例", TODAY), department=market, actor=clerk, key=key, today=TODAY
        )
        for _ in range(2)
    ]
    assert made[0] == made[1] and Commitment.objects.count() == 1


def test_a_later_edition_changes_nothing_of_what_was_signed(accept):
    made = accept()
    CommitmentTemplate.objects.filter(pk=made.template_id).update(text="新的内容")
    made.refresh_from_db()
    assert "依法依规从事生产经营活动" in made.text


@pytest.mark.parametrize(
    ("code", "named", "changes", "refused"),
    [
        ("CN-ZHXY", PERSON, {}, "subject_kind_cannot_promise"),
        ("CN-AQSC", FIRM, {}, "template_not_of_department"),
        ("CN-ZHXY", FIRM, {"reason": " "}, "reason_required"),
        ("CN-ZHXY", FIRM, {"made_on": LATER}, "made_in_future"),
        ("CN-ZHXY", FIRM, {"due_on": datetime.date(2026, 1, 1)}, "due_before_made"),
        ("CN-ZHXY", Named("organisation", "示例", "91530102MA00000000"), {}, "uscc_invalid"),
        ("CN-RQSL", FIRM, {}, "materials_missing"),
        ("CN-ZWCN", FIRM, {}, "not_the_departments_own"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_code(accept, code, named, changes, refused):
    with pytest.raises(Refused) as refusal:
        accept(code, named, **changes)
    assert refusal.value.code == refused and not Commitment.objects.exists() and not Record.objects.exists()


def test_a_minor_signs_nothing(accept):
    child = Named("person", "示例少年", make_id_number(42, born_on=datetime.date(2014, 3, 12)))
    with pytest.raises(Refused) as refusal:
        accept("CN-ZMSX", child, is_public=False)
    assert refusal.value.code == "subject_is_minor"


def test_a_persons_number_is_only_kept_sealed(accept):
    made = accept("CN-ZMSX", PERSON, is_public=False)
    assert PERSON.number not in "".join(str(value) for value in vars(made).values())


def test_fulfilment_stands_in_the_published_record(accept, clerk):
    made = services.note_fulfilled(accept(), actor=clerk, result="已经履行", on=TODAY, today=TODAY)
    assert made.state == "fulfilled"
    record = Record.objects.get()
    assert record.values["fulfillmentStatus"] == "全部履行" and record.revision == 2
    with pytest.raises(TransitionRefused):
        services.note_fulfilled(made, actor=clerk, result="再次", on=TODAY, today=TODAY)


def test_an_organisations_breach_is_an_adverse_record_with_a_term_and_stands_in_the_commitment(accept, breach):
    made = breach(accept())
    assert made.state == "breached" and made.breach_record.item_code == "CNWY"
    assert made.breach_record.displayed_until == datetime.date(2027, 12, 20)
    assert Record.objects.get(pk=made.record_id).values["fulfillmentStatus"] == "全部未履行"
    assert list(adverse_since(made.subject_id, today=AFTER_DUE)) == [made.breach_record]


def test_a_persons_breach_makes_no_adverse_record(accept, breach):
    made = breach(accept("CN-ZMSX", PERSON, is_public=False))
    assert made.state == "breached" and made.breach_record is None and not Record.objects.exists()


def test_nobody_is_found_unfaithful_before_the_day_unheard_or_by_one_person(accept, clerk, lead):
    made = accept()

    def find(**changes):
        said = {"unperformed": "没有履行", "is_partial": False, "answer": "已经说明", "today": AFTER_DUE} | changes
        return services.find_breach(made, actor=lead, **said)

    for changes, code in (
        ({"today": DUE}, "not_due_yet"),
        ({"answer": " "}, "answer_missing"),
        ({"unperformed": ""}, "unperformed_missing"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refusal:
            find(**changes)
        assert refusal.value.code == code
    find()
    with pytest.raises(RightMissing):
        services.confirm_breach(made, actor=lead, document_no="1号", reason="清楚", today=AFTER_DUE)
    with pytest.raises(IntegrityError), transaction.atomic():
        Commitment.objects.filter(pk=made.pk).update(state="breached")


def test_a_proposal_that_is_not_followed_lets_the_commitment_go_on(accept, clerk, lead):
    made = accept()
    services.find_breach(made, actor=clerk, unperformed="没有履行", is_partial=True, answer="已经说明", today=AFTER_DUE)
    made = services.reject_breach(made, actor=lead, reason="理由成立", today=AFTER_DUE)
    assert made.state == "made"
    assert (
        services.note_fulfilled(made, actor=clerk, result="已经履行", on=AFTER_DUE, today=AFTER_DUE).state
        == "fulfilled"
    )


def test_overdue_is_a_question_and_the_sweep_writes_one_line_dated_the_day(accept, rehearse):
    made = accept()
    assert not Commitment.objects.overdue(on=DUE).exists()
    assert list(Commitment.objects.due_soon(on=DUE)) == [made]
    rehearse(AFTER_DUE)
    assert list(Commitment.objects.overdue(on=AFTER_DUE)) == [made]
    assert [services.note_due_commitments(today=AFTER_DUE) for _ in range(2)] == [1, 0]
    assert AuditEvent.objects.get(action="sanctions.commitment.missed").business_on == DUE
    made.refresh_from_db()
    assert made.state == "made"


def test_one_without_a_day_runs_out_with_its_term(accept):
    made = accept(due_on=None)
    assert services.note_due_commitments(today=made.valid_until) == 0
    assert services.note_due_commitments(today=made.valid_until + datetime.timedelta(days=1)) == 1
    made.refresh_from_db()
    assert made.state == "run_out"


def test_a_commitment_taken_back_is_shown_no_more(accept, clerk):
    made = services.retract_commitment(accept(), actor=clerk, reason="不再申请", today=TODAY)
    assert made.state == "retracted" and not PublicRecord.objects.exists()


def test_deferred_materials_are_due_by_the_time_limit_and_the_last_one_fulfils(defer, clerk):
    made = defer()
    assert made.kind == CommitmentKind.DEFERRED and str(made.due_on) == "2026-12-18"
    first, second = made.materials.all()
    services.receive_material(first, actor=clerk, today=TODAY)
    with pytest.raises(Refused) as refusal:
        services.receive_material(first, actor=clerk, today=TODAY)
    assert refusal.value.code == "material_received"
    with pytest.raises(Refused) as refusal:
        services.note_fulfilled(made, actor=clerk, result="已经补交", on=TODAY, today=TODAY)
    assert refusal.value.code == "materials_missing"
    services.receive_material(second, actor=clerk, today=LATER)
    made.refresh_from_db()
    assert (made.state, made.fulfilled_on) == ("fulfilled", LATER)


def test_what_a_law_asks_for_is_never_deferred(defer):
    with pytest.raises(Refused) as refusal:
        defer(["示例材料", Missing("法定的示例材料", is_statutory=True)])
    assert refusal.value.code == "material_is_statutory" and "法定的示例材料" in refusal.value.message
    assert not Commitment.objects.exists()


def test_who_was_adverse_within_three_years_or_owes_a_material_brings_everything_first(defer, breach, rehearse):
    made = defer()
    rehearse(AFTER_DUE)
    with pytest.raises(Refused) as refusal:
        defer(on=AFTER_DUE)
    assert refusal.value.code == "deferral_overdue"
    breach(made)
    with pytest.raises(Refused) as refusal:
        defer(on=AFTER_DUE)
    assert refusal.value.code == "adverse_record_held"


def test_a_departments_own_promise_has_a_day_and_an_outcome(accept, market, clerk):
    itself = Named("organisation", market.name, market.uscc)
    with pytest.raises(Refused) as refusal:
        accept("CN-ZWCN", itself, due_on=None)
    assert refusal.value.code == "due_missing"
    made = accept("CN-ZWCN", itself)
    assert made.record.values["commitmentTypeId"] == "其他"
    assert services.note_fulfilled(made, actor=clerk, result="已兑现", on=TODAY, today=TODAY).state == "fulfilled"


def test_a_commitment_does_not_disappear(accept):
    made = accept()
    with pytest.raises(ProgrammingError, match="insert-only"), transaction.atomic():
        Commitment.objects.filter(pk=made.pk).delete()
