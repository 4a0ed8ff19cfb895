"""What is being written: kept for who writes it, never overwritten unseen, handed in once, gone after a while."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.utils import timezone

from catalogue.models import InformationItem
from records import services as records
from records.errors import Refused
from records.models import Record
from repair import services
from repair.errors import DraftMoved, NotYours
from repair.models import Applicant, Case, Draft, Evidence, Representation
from repair.services import Target
from tests import factories
from tests.conftest import TODAY
from tests.repair.conftest import make_applicant, of_spring
from tests.repair.files import png


def save(applicant: Applicant, target: Target, *, version: int = 0, **content) -> Draft:
    return services.save_draft(target, content, by=applicant, version=version, today=TODAY)


def submit(draft: Draft, applicant: Applicant) -> Case:
    return services.submit_draft(draft.public_id, by=applicant, version=draft.version, today=TODAY)


def attach(draft: Draft, applicant: Applicant) -> Evidence:
    return services.add_evidence(
        SimpleUploadedFile("缴款凭证.png", png()), kind="缴款凭证", by=applicant, today=TODAY, draft=draft
    )


@pytest.fixture
def objecting(record):
    return Target("objection", record=record)


@pytest.fixture
def repairing(record):
    return Target("repair", record=record)


@pytest.fixture
def signed(applicant):
    """The fields of a repair, signed."""
    return {"way": "end_publication", "text": "罚款已经缴纳", "has_committed": "on", "signature": applicant.name}


def test_what_is_typed_is_kept_and_nothing_that_is_no_field_of_the_form(applicant, objecting):
    draft = save(applicant, objecting, text="金额不符", signature="不相干", csrf="x")
    assert (draft.content, draft.version) == ({"text": "金额不符"}, 1)
    assert save(applicant, objecting, version=1, text="金额不符，附凭证").version == 2


def test_what_is_as_it_was_is_not_saved_again(applicant, objecting):
    first = save(applicant, objecting, text="金额不符")
    assert save(applicant, objecting, version=0, text="金额不符").updated_at == first.updated_at


@pytest.mark.parametrize("version", [0, 1])
def test_two_pages_do_not_overwrite_one_another(applicant, objecting, version):
    draft = save(applicant, objecting, text="第一页")
    save(applicant, objecting, version=1, text="第一页，又写")
    with pytest.raises(DraftMoved):
        save(applicant, objecting, version=version, text="第二页")
    draft.refresh_from_db()
    assert draft.content == {"text": "第一页，又写"}


def test_a_page_left_open_after_handing_in_saves_nothing_any_more(applicant, objecting):
    draft = save(applicant, objecting, text="金额不符")
    submit(draft, applicant)
    with pytest.raises(DraftMoved):
        save(applicant, objecting, version=1, text="又写")
    assert not Draft.objects.exists()


def test_nobody_writes_about_somebody_elses_record(applicant, department, clerk):
    other = factories.register(of_spring(department, 2, firm=2), clerk)
    with pytest.raises(NotYours):
        save(applicant, Target("objection", record=other), text="不是我的")


def test_a_draft_without_end_is_not_kept(applicant, objecting):
    with pytest.raises(Refused) as refused:
        save(applicant, objecting, text="长" * 50_000)
    assert refused.value.code == "draft_too_long"


def test_handing_in_makes_one_case_with_its_files_and_no_draft_is_left(applicant, objecting):
    draft = save(applicant, objecting, text="金额不符", about="content", contested={"CF_NR_FK": "0.3", "CF_NR": ""})
    evidence = attach(draft, applicant)
    cases = [submit(draft, applicant) for _ in range(2)]
    evidence.refresh_from_db()
    assert cases[0] == cases[1] == evidence.case and evidence.draft is None
    assert cases[0].contested == [{"code": "CF_NR_FK", "label": "罚款金额（万元）", "old": "0.5", "claimed": "0.3"}]
    assert cases[0].channel == "portal" and not Draft.objects.exists()


def test_a_draft_of_somebody_else_is_not_handed_in_nor_dropped(applicant, objecting, department, clerk):
    draft = save(applicant, objecting, text="金额不符")
    stranger = make_applicant(factories.register(of_spring(department, 2, firm=2), clerk), 2)
    with pytest.raises(NotYours):
        submit(draft, stranger)
    with pytest.raises(NotYours):
        services.drop_draft(draft, by=stranger)
    submit(draft, applicant)
    with pytest.raises(NotYours):
        submit(draft, stranger)


def test_what_is_handed_in_is_what_was_looked_at(applicant, objecting):
    draft = save(applicant, objecting, text="看过的")
    save(applicant, objecting, version=1, text="没看过的")
    with pytest.raises(DraftMoved):
        submit(draft, applicant)
    assert not Case.objects.exists()


def test_a_refused_repair_leaves_the_draft_with_its_files(applicant, repairing, signed):
    draft = save(applicant, repairing, **signed | {"way": "volunteer"})
    evidence = attach(draft, applicant)
    with pytest.raises(Refused) as refused:
        submit(draft, applicant)
    assert refused.value.code == "way_not_allowed"
    evidence.refresh_from_db()
    assert evidence.draft == draft and not Case.objects.exists()


def test_the_commitment_is_kept_as_it_was_signed(applicant, repairing, signed):
    case = submit(save(applicant, repairing, **signed), applicant)
    assert case.commitment.startswith("信用承诺书") and f"承诺人：{applicant.name}\n2026-11-22" in case.commitment
    assert case.commitment_accepted_at


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"signature": "别的公司"}, "signature_mismatch"), ({"has_committed": ""}, "commitment_missing")],
)
def test_a_commitment_somebody_else_signed_or_nobody_is_none(applicant, repairing, signed, changed, code):
    draft = save(applicant, repairing, **signed | changed)
    with pytest.raises(Refused) as refused:
        submit(draft, applicant)
    assert refused.value.code == code


@pytest.mark.parametrize(("day", "code"), [("2026-11-03", "too_early"), ("2019-05-06", "record_ended")])
def test_what_cannot_be_repaired_is_refused_when_handed_in(department, clerk, signed, day, code, rehearse):
    early = factories.register(factories.penalty(department, 7, CF_JDRQ="2026-11-03"), clerk)
    applicant = make_applicant(early, 7)
    draft = save(applicant, Target("repair", record=early), **signed | {"signature": applicant.name})
    if code == "record_ended":
        early.state, early.ended_on = "expired", TODAY
        early.save()
    with pytest.raises(Refused) as refused:
        submit(draft, applicant)
    assert refused.value.code == code


def test_an_objection_after_the_record_was_withdrawn_is_refused(applicant, record, objecting, clerk):
    draft = save(applicant, objecting, text="金额不符")
    records.withdraw_record(record, actor=clerk, reason="核对时发现有误", today=TODAY)
    with pytest.raises(Refused) as refused:
        submit(draft, applicant)
    assert refused.value.code == "record_withdrawn"


def test_a_representative_is_named_with_the_power_of_attorney(record, objecting, department, clerk):
    agent = make_applicant(factories.register(of_spring(department, 2, firm=2), clerk), 2)
    Representation.objects.create(
        applicant=agent, subject=record.subject, authority_no="委托1号", valid_from=TODAY, valid_until=TODAY
    )
    case = submit(save(agent, objecting, text="金额不符"), agent)
    assert (case.subject, case.agent_name, case.agent_authority) == (record.subject, agent.name, "委托1号")


def test_what_departments_hold_is_fetched_and_says_where_it_comes_from(applicant, record, repairing, signed):
    held_about(record, "XYCN", fulfillmentStatus="全部履行")
    case = submit(save(applicant, repairing, **signed), applicant)
    (fetched,) = case.evidence.all()
    assert fetched.is_fetched and fetched.fetched_from == str(record.department)
    assert fetched.name == "信用承诺 云诺〔2026〕1号：全部履行"


def test_what_does_not_speak_for_the_way_or_is_about_somebody_else_is_not_fetched(record, department, clerk):
    held_about(record, "XYCN", fulfillmentStatus="全部履行")
    other = factories.register(of_spring(department, 2, firm=2), clerk)
    assert services.facts_held(record, "statement") == services.facts_held(record, "nonsense") == []
    assert services.facts_held(other, "end_publication") == []


def held_about(record: Record, code: str, **values: str) -> Record:
    """Another record about the same subject, straight into the table."""
    return Record.objects.create(
        item=InformationItem.objects.get(code=code), item_code=code, subject=record.subject,
        subject_name=record.subject_name, department=record.department, batch=record.batch, row_no=99,
        content_digest=bytes(16), document_no="云诺〔2026〕1号", decided_on=record.decided_on, title="示例承诺",
        authority=record.authority, display_rule_key=record.display_rule_key, displayed_from=record.displayed_from,
        displayed_until=record.displayed_until, values=values,
    )  # fmt: skip


def test_dropping_a_draft_takes_its_files_along(applicant, objecting, data_dir):
    draft = save(applicant, objecting, text="金额不符")
    attach(draft, applicant)
    services.drop_draft(draft, by=applicant)
    assert not Draft.objects.exists() and not Evidence.objects.exists()


def test_a_draft_nobody_goes_on_with_is_deleted_after_its_term(applicant, objecting, settings):
    draft = save(applicant, objecting, text="金额不符")
    attach(draft, applicant)
    last = timezone.now() + datetime.timedelta(days=settings.EVIDENCE_KEPT_DAYS, minutes=-1)
    assert (services.sweep_evidence(now=last), services.sweep_drafts(now=last)) == (0, 0)
    after = last + datetime.timedelta(minutes=2)
    services.sweep_evidence(now=after)
    assert services.sweep_drafts(now=after) == 1 and not Evidence.objects.exists()


def test_handing_in_is_all_or_nothing_wherever_it_breaks(applicant, objecting):
    """Cut after every statement that writes: no half-made case, and the draft still stands (T-39)."""
    draft = save(applicant, objecting, text="金额不符")
    attach(draft, applicant)
    broken = 0
    for point in range(1, 40):
        try:
            with transaction.atomic(), cut_after(point):
                submit(draft, applicant)
        except Cut:
            broken += 1
            assert Draft.objects.filter(pk=draft.pk).exists() and not Case.objects.exists()
        else:
            break
    assert broken > 5 and Case.objects.count() == 1 and not Draft.objects.exists()


class Cut(Exception):
    pass


def cut_after(writes: int):
    """Raise when so many statements have written."""
    done = 0

    def count(execute, sql, params, many, context):
        nonlocal done
        answer = execute(sql, params, many, context)
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            done += 1
            if done == writes:
                raise Cut
        return answer

    return connection.execute_wrapper(count)
