"""Memoranda: what is delivered, one drafts and another approves, editions follow each other (33号（十八）（二十）)."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from records.errors import Refused, RightMissing
from records.workflow import TransitionRefused
from sanctions import services
from sanctions.models import Force, JointAction, Measure, MeasureTask, Memorandum
from tests.conftest import TODAY
from tests.factories import make_user
from tests.sanctions.conftest import LATER, basis, firm

MEASURE = {
    "text": "示例新措施",
    "kind": "administrative",
    "force": "recommended",
    "addressee": "authority",
    "implementer": "示例单位",
    "line": "CZT",
    "subject_kinds": ["organisation"],
    "evidence": "to_be_verified",
}


@pytest.fixture
def author(lead):
    return lead


@pytest.fixture
def reviewer(market):
    return make_user("reviewer-s", Role.REVIEWER)


@pytest.fixture
def draft(black, departments, author):
    """A memorandum with one measure, ready to be handed in."""
    values = {
        "name": "示例新备忘录",
        "kind": "sanction",
        "lead": "示例单位",
        "list_codes": ["T-BLACK"],
        "source": "测试",
    }
    memorandum = services.draft_memorandum(values | {"evidence": "to_be_verified"}, code="T-NEW", actor=author)
    services.put_measure(memorandum, MEASURE, actor=author)
    return memorandum


@pytest.fixture
def submitted(draft, author):
    return services.submit_memorandum(draft, actor=author, today=TODAY)


def browse(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def approve(memorandum, reviewer, day=TODAY, today=TODAY):
    return services.approve_memorandum(memorandum, actor=reviewer, in_force_from=day, opinion="同意", today=today)


def code_of(refusal) -> str:
    return refusal.value.code


def test_forty_five_national_memoranda_are_delivered_and_six_of_them_act(db):
    national = Memorandum.objects.filter(code__startswith="MM")
    assert national.count() == 45
    acting = Memorandum.objects.acting(on=TODAY).filter(code__startswith="MM")
    assert sorted(acting.values_list("code", flat=True)) == ["MM01", "MM04", "MM05", "MM06", "MM07", "MM37"]
    assert not national.filter(state="registered", measures__isnull=False).exists()
    assert not acting.filter(author__isnull=False).exists()


def test_every_delivered_measure_has_a_basis_and_none_forces_who_is_no_authority(db):
    delivered = Measure.objects.filter(memorandum__code__startswith="MM")
    assert delivered.count() > 50 and not delivered.filter(legal_basis=None).exists()
    # What only 33号 names is recommended: the document leaves what is mandatory to law (（二十）).
    mandatory = delivered.filter(force=Force.MANDATORY)
    assert mandatory.exists() and not mandatory.filter(legal_basis__code__startswith="state-").exists()
    assert set(delivered.exclude(addressee="authority").values_list("force", flat=True)) == {"reference"}
    on_persons = delivered.filter(on_responsible=True)
    assert on_persons.exists() and not on_persons.filter(responsible_basis__code__startswith="state-").exists()


def test_the_list_of_33_names_46_and_16_measures_and_opens_nothing(db):
    reference = Memorandum.objects.get(code="S33")
    kinds = list(reference.measures.values_list("kind", flat=True))
    counts = {kind: kinds.count(kind) for kind in set(kinds)}
    assert counts == {"administrative": 20, "market": 15, "industry": 7, "social": 4, "incentive": 16}
    assert (reference.state, reference.list_codes) == ("registered", [])
    assert not reference.measures.filter(force="mandatory").exists()
    assert not reference.measures.exclude(line="").exists()


def test_a_second_seed_changes_nothing(db):
    before = list(Memorandum.objects.values_list("pk", "state")), Measure.objects.count()
    call_command("seed", stdout=io.StringIO())
    assert (list(Memorandum.objects.values_list("pk", "state")), Measure.objects.count()) == before


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"force": "mandatory"}, "mandatory_without_basis"),
        ({"addressee": "bank"}, "addressee_is_only_informed"),
        ({"on_responsible": True}, "responsible_without_basis"),
        ({"incentive": "bonus"}, "measure_is_no_incentive"),
    ],
)
def test_an_unlawful_measure_is_refused_and_impossible(draft, author, changes, code):
    with pytest.raises(Refused) as refusal:
        services.put_measure(draft, MEASURE | changes, actor=author)
    assert code_of(refusal) == code
    with pytest.raises(IntegrityError), transaction.atomic():
        Measure.objects.create(memorandum=draft, number=9, **MEASURE | changes)


def test_who_drafts_does_not_approve_and_who_approves_does_not_draft(submitted, author, reviewer):
    with pytest.raises(RightMissing):
        approve(submitted, author)
    with pytest.raises(RightMissing):
        services.draft_edition(submitted, actor=reviewer)
    Memorandum.objects.filter(pk=submitted.pk).update(author=reviewer)
    with pytest.raises(RightMissing):
        approve(submitted, reviewer)


def test_approval_opens_action_for_who_is_listed_already(draft, author, reviewer, enter, black):
    listing = enter(black)
    assert not JointAction.objects.exists()
    memorandum, tasks = approve(
        services.submit_memorandum(draft, actor=author, today=LATER), reviewer, LATER, today=LATER
    )
    assert (memorandum.state, memorandum.approver, tasks) == ("approved", reviewer, 1)
    task = MeasureTask.objects.get()
    assert (task.action.listing, task.measure.text, task.issued_on) == (listing, "示例新措施", LATER)


def test_a_memorandum_approved_for_a_later_day_acts_from_that_day(draft, author, reviewer, enter, black, rehearse):
    enter(black)
    day = LATER + timedelta(days=7)
    _, tasks = approve(services.submit_memorandum(draft, actor=author, today=LATER), reviewer, day, today=LATER)
    assert tasks == 0 and services.open_due(today=LATER) == 0
    rehearse(day)
    assert services.open_due(today=day) == 1
    assert services.open_due(today=day) == 0


def test_the_next_edition_ends_the_former_the_day_before_and_repeats_nothing(
    memorandum, black, enter, author, reviewer
):
    enter(black)
    issued = MeasureTask.objects.count()
    draft = services.draft_edition(memorandum, actor=author)
    assert draft.edition == 2 and draft.measures.count() == memorandum.measures.count()
    services.put_measure(draft, MEASURE, number=1, actor=author)
    services.submit_memorandum(draft, actor=author, today=LATER)
    _, tasks = approve(draft, reviewer, LATER, today=LATER)
    memorandum.refresh_from_db()
    assert memorandum.in_force_until == LATER - timedelta(days=1)
    assert tasks == 0 and MeasureTask.objects.count() == issued
    enter(black, firm(2), 2)
    assert MeasureTask.objects.filter(measure__memorandum=draft, measure__text="示例新措施").count() == 1


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (lambda d, a, r: services.draft_memorandum({"name": "示例"}, code="T-NEW", actor=a), "code_taken"),
        (lambda d, a, r: services.draft_edition(d, actor=a), "edition_in_work"),
        (lambda d, a, r: services.put_measure(d, MEASURE, number=7, actor=a), "measure_unknown"),
        (lambda d, a, r: services.remove_measure(d, number=7, actor=a), "measure_unknown"),
        (lambda d, a, r: _submit_without(d, a, measures=False), "no_measures"),
        (lambda d, a, r: _submit_without(d, a, list_codes=[]), "no_lists"),
        (lambda d, a, r: _submit_without(d, a, list_codes=["NOWHERE"]), "list_unknown"),
        (lambda d, a, r: services.return_memorandum(_submit(d, a), actor=r, opinion=" "), "reason_required"),
        (lambda d, a, r: approve(_submit(d, a), r, TODAY - timedelta(days=1)), "in_force_in_past"),
    ],
)
def test_each_step_says_why_it_is_refused(draft, author, reviewer, step, code):
    with pytest.raises(Refused) as refusal:
        step(draft, author, reviewer)
    assert code_of(refusal) == code


def _submit(draft, author):
    return services.submit_memorandum(draft, actor=author, today=TODAY)


def _submit_without(draft, author, *, measures=True, list_codes=None):
    if list_codes is not None:
        services.change_memorandum(draft, {"list_codes": list_codes}, actor=author)
    if not measures:
        services.remove_measure(draft, number=1, actor=author)
    return _submit(draft, author)


def test_two_editions_do_not_begin_on_the_same_day(submitted, author, reviewer):
    first, _ = approve(submitted, reviewer)
    draft = services.draft_edition(first, actor=author)
    with pytest.raises(Refused) as refusal:
        approve(_submit(draft, author), reviewer)
    assert code_of(refusal) == "edition_overlaps"


def test_once_approved_nothing_is_changed_any_more(submitted, author, reviewer):
    approved, _ = approve(submitted, reviewer)
    for step in (
        lambda: services.change_memorandum(approved, {"name": "改动"}, actor=author),
        lambda: services.put_measure(approved, MEASURE, actor=author),
        lambda: _submit(approved, author),
    ):
        with pytest.raises(TransitionRefused):
            step()


def test_a_returned_draft_comes_back_with_the_opinion(submitted, author, reviewer):
    returned = services.return_memorandum(submitted, actor=reviewer, opinion="依据不足")
    assert (returned.state, returned.opinion) == ("returned", "依据不足")
    services.put_measure(returned, MEASURE | {"legal_basis": basis()}, number=1, actor=author)
    assert _submit(returned, author).state == "submitted"


def test_a_repeal_lifts_what_was_done_and_orders_its_release(memorandum, black, enter, clerk, reviewer):
    listing = enter(black)
    task = MeasureTask.objects.get(action__listing=listing, measure__number=2)
    services.receive_task(task, actor=clerk)
    services.answer_task(task, actor=clerk, action="execute", outcome="已执行", executed_on=LATER, today=LATER)
    ended, released = services.repeal_memorandum(memorandum, actor=reviewer, reason="国家取消", today=LATER)
    assert (ended.state, ended.in_force_until, released) == ("repealed", LATER, 1)
    states = set(MeasureTask.objects.filter(purpose="execute").values_list("state", flat=True))
    assert states == {"lifted"} and MeasureTask.objects.get(purpose="release").measure == task.measure
    assert JointAction.objects.get().closed_on == LATER
    enter(black, firm(2), 2)
    assert JointAction.objects.count() == 1


def test_a_draft_is_seen_by_its_department_and_the_reviewer_only(draft, author, reviewer, departments):
    other = make_user("other-lead", Role.LEAD, departments["CZT"])
    address = reverse("office:memorandum", args=[draft.public_id])
    assert browse(author).get(address).status_code == browse(reviewer).get(address).status_code == 200
    assert browse(other).get(address).status_code == 404
    assert "示例新备忘录" not in browse(other).get("/office/memoranda/").content.decode()


def test_drafting_and_approving_on_the_pages(black, departments, author, reviewer, enter):
    desk = browse(author)
    made = desk.post(
        "/office/memoranda/new/",
        {"code": "T-PAGE", "name": "示例页面备忘录", "kind": "sanction", "lead": "示例单位", "source": "测试",
         "list_codes": ["T-BLACK"], "signatories": "财政部 CZT\n示例单位"},
    )  # fmt: skip
    memorandum = Memorandum.objects.get(code="T-PAGE")
    assert made.url == reverse("office:memorandum", args=[memorandum.public_id])
    assert list(memorandum.signatories.values_list("name", "line")) == [("财政部", "CZT"), ("示例单位", "")]
    measures = reverse("office:measure-new", args=[memorandum.public_id])
    refused = desk.post(measures, MEASURE | {"force": "mandatory"})
    assert refused.status_code == 400 and "没有法律依据的措施不能是强制性的" in refused.content.decode()
    assert desk.post(measures, MEASURE).status_code == 302
    desk.post(reverse("office:memorandum-submit", args=[memorandum.public_id]))
    enter(black)
    decide = reverse("office:memorandum-decide", args=[memorandum.public_id])
    assert desk.get(decide).status_code == 404
    page = browse(reviewer).get(decide).content.decode()
    assert "对 1 个名单条目下达约 1 件任务" in page
    approved = browse(reviewer).post(
        decide, {"decision": "approve", "in_force_from": str(LATER), "opinion": "同意"}, follow=True
    )
    assert "已对现有名单条目下达 1 件任务" in approved.content.decode()
    edition = desk.post(reverse("office:memorandum-edition", args=[memorandum.public_id]), follow=True)
    later = Memorandum.objects.get(code="T-PAGE", edition=2)
    desk.post(reverse("office:measure", args=[later.public_id, 1]), MEASURE | {"text": "改过的措施"})
    compared = desk.get(reverse("office:memorandum", args=[later.public_id])).content.decode()
    assert "<del>示例新措施</del>" in compared and "<ins>改过的措施</ins>" in compared
    assert edition.status_code == 200


def test_a_draft_given_up_stays_to_be_read_and_makes_way_for_the_next_edition(draft, author, reviewer, departments):
    address = reverse("office:memorandum-abandon", args=[draft.public_id])
    assert browse(reviewer).post(address).status_code == 404
    page = browse(author).post(address, follow=True).content.decode()
    assert "草案已放弃" in page and "已放弃" in page and "放弃草案" not in page
    assert browse(author).post(address).status_code == 404
    other = make_user("other-lead", Role.LEAD, departments["CZT"])
    assert browse(other).get(reverse("office:memorandum", args=[draft.public_id])).status_code == 404
    following = services.draft_edition(draft, actor=author)
    assert (following.edition, following.measures.count()) == (2, 1)


def test_the_list_of_measures_is_a_workbook(memorandum, author):
    address = reverse("office:memorandum-workbook", args=[memorandum.public_id])
    answer = browse(author).get(address)
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer))).active
    rows = [[cell.value for cell in row] for row in sheet.rows]
    assert rows[0][2] == "措施" and rows[1][2] == "限制申请示例财政资金项目" and rows[1][3] == "强制性"


def test_a_repeal_on_the_page_needs_its_reason(memorandum, reviewer):
    address = reverse("office:memorandum-repeal", args=[memorandum.public_id])
    assert "请写明终止的理由" in browse(reviewer).post(address, {"reason": ""}).content.decode()
    assert "已终止" in browse(reviewer).post(address, {"reason": "国家取消"}, follow=True).content.decode()
