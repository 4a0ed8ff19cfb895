"""A preview says what would be done, and then that is done or nothing (T-52)."""

from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import Role
from audit.actions import Action
from audit.models import AuditEvent
from catalogue.models import InformationItem
from credit_platform import demo
from records import services, storage, tasks, workflow
from records.errors import PreviewMoved, RightMissing
from records.models import Batch, Preview, PreviewedRow, Record, RejectedRow, StagedRow
from records.services import previews
from records.services.batches import item_in_force
from records.workflow import Commit, Policy, TransitionRefused
from tests import factories
from tests.factories import as_csv, make_department, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rehearse")]


@pytest.fixture
def preview(data_dir, today, department, clerk):
    """Send rows as a file that waits for its clerk."""

    def preview(item: str, content, *, commit=Commit.PREVIEW, policy="", sender=clerk) -> Batch:
        batch = services.receive_batch(
            item=item_in_force(item, on=today),
            department=sender.department,
            source=Batch.Source.FILE,
            file_name="示例.csv",
            chunks=[content if isinstance(content, bytes) else as_csv(content)],
            actor=sender,
            commit=commit,
            policy=policy,
        )
        services.run_batch(batch.pk, today=today)
        return Batch.objects.get(pk=batch.pk)

    return preview


def commit(batch: Batch, actor, today, *, policy=Policy.GOOD_ROWS) -> Batch:
    services.commit_batch(batch, actor=actor, policy=policy, seen=batch.preview.outcome_digest)
    services.run_batch(batch.pk, today=today)
    return Batch.objects.get(pk=batch.pk)


def counts(batch: Batch) -> tuple[int, ...]:
    names = ("new", "changed", "unchanged", "unreadable", "conflicting")
    return tuple(getattr(batch.preview, f"rows_{name}") for name in names)


def test_nothing_is_stored_before_the_clerk_says_so(preview, permit, clerk, today):
    batch = preview("XZXK", [permit(1), permit(2, 许可内容=""), permit(3)])
    assert (batch.state, counts(batch)) == (workflow.PREVIEWED, (2, 0, 0, 1, 0))
    assert not Record.objects.exists()
    assert (batch.preview.rows_shown, batch.preview.rows_told) == (2, 2)
    done = commit(batch, clerk, today)
    assert (done.state, done.rows_accepted, done.rows_rejected) == (workflow.COMMITTED, 2, 1)
    assert Record.objects.count() == 2
    assert not PreviewedRow.objects.exists() and not StagedRow.objects.exists()
    assert (done.preview.sample, done.preview.changes) == ([], [])


def test_every_kind_of_outcome_is_counted_and_every_returned_row_is_listed(preview, permit, send):
    send("XZXK", [permit(1), permit(2), permit(5, firm=5)])
    batch = preview(
        "XZXK",
        [
            permit(1),
            permit(2, 许可内容="改过的内容"),
            permit(3, firm=3),
            permit(3, firm=3, 许可内容="与上一行矛盾"),
            permit(6, firm=5, 行政相对人名称="另一家示例有限公司"),
            permit(7, 许可决定日期="2026/13/01"),
        ],
    )
    assert counts(batch) == (1, 1, 1, 1, 2)
    codes = {row.row_no: [p["code"] for p in row.problems] for row in RejectedRow.objects.filter(batch=batch)}
    assert codes == {5: ["duplicate_in_file"], 6: ["name_conflict"], 7: ["date_impossible"]}


def test_rows_shown_are_those_the_public_view_will_show(preview, penalty, department, clerk, today):
    """A person's penalty is shown only of an item that allows it and of age; an old one is not shown any more."""
    rows = [
        penalty(1),
        penalty(2, 处罚决定日期="2019/01/02"),
        next(row for row in demo.penalties((department.name, department.uscc), today) if row.get("自然人证件号码")),
    ]
    batch = preview("XZCF", rows)
    foreseen = batch.preview.rows_shown
    done = commit(batch, clerk, today)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM public_record AS p JOIN records_record AS r USING (id) WHERE r.batch_id = %s",
            [done.pk],
        )
        assert cursor.fetchone()[0] == foreseen
    assert 0 < foreseen < done.rows_accepted


def test_the_biggest_changes_are_shown_field_by_field_largest_amount_first(preview, penalty, send):
    send("XZCF", [penalty(n, **{"罚款金额（万元）": "1"}) for n in range(1, 15)])
    batch = preview(
        "XZCF",
        [penalty(n, **{"罚款金额（万元）": str(n * 10)}) for n in range(1, 14)]
        + [penalty(14, 违法事实="另一事实", **{"罚款金额（万元）": "1"})],
    )
    changes = batch.preview.changes
    assert [change["row"] for change in changes] == list(range(14, 4, -1))
    assert {"name": "罚款金额（万元）", "old": "1", "new": "130"} in changes[0]["differences"]


def test_a_change_about_a_person_shows_neither_name_nor_number(preview, clerk, department, today):
    values = factories.persons_penalty(department, 1)
    factories.register(values, clerk)
    names = {field.code: field.name for field in item_in_force("XZCF", on=today).fields.all()}
    changed = values | {"CF_WFXW": "示例张三另有行为", "CF_NR_FK": "9"}
    batch = preview("XZCF", [{names[code]: value for code, value in changed.items()}])
    assert counts(batch) == (0, 1, 0, 0, 0)
    stored = str([batch.preview.changes, batch.preview.sample, batch.preview.doubtful])
    assert "示例张三" not in stored and values["CF_XDR_ZJHM"] not in stored
    assert "示***另有行为" in stored


def test_rows_that_look_like_the_same_decision_are_pointed_out(preview, permit, send, department):
    send("XZXK", [permit(9)])
    other_date = {"许可决定日期": "2026/11/05", "有效期自": "2026/11/05"}
    batch = preview(
        "XZXK",
        [
            permit(1),
            permit(1, **other_date),
            permit(2, firm=2),
            permit(2, firm=3),
            permit(9, **other_date),
        ],
    )
    found = {doubt["kind"]: [example["rows"] for example in doubt["examples"]] for doubt in batch.preview.doubtful}
    assert found == {"other_date": [[2, 3], [6]], "other_subject": [[4, 5]]}


def test_names_almost_equal_under_no_unified_code_are_pointed_out(preview, permit, department, data_dir):
    def unnamed(number: int, name: str) -> dict[str, str]:
        codes = {"行政相对人代码_1": "", "行政相对人代码_2": f"53010000001234{number}"}
        return permit(number, 行政相对人名称=name, **codes)

    batch = preview(
        "XZXK", [unnamed(1, "昆明示例春天花卉有限责任公司"), unnamed(2, "昆明示例春天花卉有限公司"), permit(3)]
    )
    assert [(doubt["kind"], doubt["examples"][0]["rows"]) for doubt in batch.preview.doubtful] == [
        ("near_name", [2, 3])
    ]


def test_all_or_nothing_gives_the_whole_file_back_with_its_bad_rows(preview, permit, clerk, today):
    batch = preview("XZXK", [permit(1), permit(2, 许可内容="")])
    back = commit(batch, clerk, today, policy=Policy.ALL_OR_NOTHING)
    assert (back.state, back.code, back.rows_rejected) == (workflow.REFUSED, "rows_rejected", 1)
    assert not Record.objects.exists()
    assert RejectedRow.objects.filter(batch=back).count() == 1
    with storage.opened(back.public_id.hex):
        pass


def test_all_or_nothing_without_a_person_is_decided_at_once(preview, permit, today):
    bad = preview("XZXK", [permit(1), permit(2, 许可内容="")], commit=Commit.AUTO, policy=Policy.ALL_OR_NOTHING)
    assert (bad.state, bad.code, Record.objects.count()) == (workflow.REFUSED, "rows_rejected", 0)
    good = preview("XZXK", [permit(1), permit(2)], commit=Commit.AUTO, policy=Policy.ALL_OR_NOTHING)
    assert (good.state, good.rows_accepted) == (workflow.COMMITTED, 2)


def test_a_row_whose_record_moved_on_meanwhile_goes_back(preview, permit, send, clerk, today):
    send("XZXK", [permit(1), permit(2)])
    batch = preview("XZXK", [permit(1, 许可内容="甲改"), permit(2, 许可内容="甲改"), permit(3), permit(4)])
    send("XZXK", [permit(1, 许可内容="乙改"), permit(3, 许可内容="别的内容"), permit(4)])
    done = commit(batch, clerk, today)
    assert (done.rows_accepted, done.rows_unchanged, done.rows_rejected) == (1, 1, 2)
    told = {row.row_no: row.problems[0]["code"] for row in RejectedRow.objects.filter(batch=batch)}
    assert told == {2: "moved_since_preview", 4: "moved_since_preview"}
    assert set(Record.objects.values_list("document_no", "values__XK_NR")) >= {
        ("云示许〔2026〕1号", "乙改"),
        ("云示许〔2026〕2号", "甲改"),
    }


def test_a_row_that_would_go_in_although_its_return_was_shown_goes_back(preview, permit, send, clerk, today):
    send("XZXK", [permit(1)])
    record = Record.objects.get()
    services.withdraw_record(record, actor=clerk, reason="测试", today=today)
    batch = preview("XZXK", [permit(1), permit(2)])
    assert counts(batch) == (1, 0, 0, 0, 1)
    Record.objects.filter(pk=record.pk).update(state="current", ended_on=None, content_digest=b"other")
    done = commit(batch, clerk, today)
    assert RejectedRow.objects.get(batch=done).problems[0]["code"] == "moved_since_preview"


def test_all_or_nothing_looks_again_when_the_records_moved_on(preview, permit, send, clerk, today):
    send("XZXK", [permit(1)])
    batch = preview("XZXK", [permit(1, 许可内容="甲改"), permit(2)])
    send("XZXK", [permit(1, 许可内容="乙改")])
    seen = batch.preview.outcome_digest
    again = commit(batch, clerk, today, policy=Policy.ALL_OR_NOTHING)
    assert (again.state, again.rows_accepted, Record.objects.count()) == (workflow.PREVIEWED, 0, 1)
    assert again.preview.is_renewed and again.preview.outcome_digest != seen
    assert commit(again, clerk, today, policy=Policy.ALL_OR_NOTHING).rows_accepted == 2


def test_a_page_that_is_out_of_date_cannot_commit(preview, permit, clerk):
    batch = preview("XZXK", [permit(1)])
    with pytest.raises(PreviewMoved):
        services.commit_batch(batch, actor=clerk, policy=Policy.GOOD_ROWS, seen="0" * 64)
    assert Batch.objects.get(pk=batch.pk).state == workflow.PREVIEWED


def test_rows_swapped_behind_the_preview_are_not_committed(preview, permit, clerk):
    batch = preview("XZXK", [permit(1)])
    StagedRow.objects.filter(batch=batch).update(content_digest=b"swapped")
    with pytest.raises(PreviewMoved):
        services.commit_batch(batch, actor=clerk, policy=Policy.GOOD_ROWS, seen=batch.preview.outcome_digest)


@pytest.mark.parametrize("moved", [False, True])
def test_a_preview_whose_rows_were_lost_is_made_again(preview, permit, send, clerk, today, moved):
    batch = preview("XZXK", [permit(1), permit(2, 许可内容="")])
    if moved:
        send("XZXK", [permit(1)])
    StagedRow.objects.all().delete()
    tasks.sweep_batches()
    again = Batch.objects.get(pk=batch.pk)
    assert (again.state, again.rows_rejected, again.preview.is_renewed) == (workflow.PREVIEWED, 1, moved)
    assert counts(again) == ((0, 0, 1, 1, 0) if moved else (1, 0, 0, 1, 0))


def test_committing_a_preview_whose_rows_were_lost_reads_the_file_again(preview, permit, clerk, today):
    batch = preview("XZXK", [permit(1)])
    StagedRow.objects.all().delete()
    assert services.commit_batch(batch, actor=clerk, policy=Policy.GOOD_ROWS, seen="x").state == workflow.READING
    services.run_batch(batch.pk, today=today)
    assert Batch.objects.get(pk=batch.pk).state == workflow.PREVIEWED


def test_dropped_nothing_is_kept_but_the_line(preview, permit, clerk, data_dir):
    batch = preview("XZXK", [permit(1), permit(2, 许可内容="")])
    services.drop_batch(batch, actor=clerk)
    assert Batch.objects.get(pk=batch.pk).state == workflow.ABANDONED
    left = (Record, RejectedRow, StagedRow, PreviewedRow, Preview)
    assert [model.objects.count() for model in left] == [0] * len(left)
    assert AuditEvent.objects.filter(action=Action.BATCH_DROPPED).count() == 1
    with pytest.raises(TransitionRefused):
        services.drop_batch(batch, actor=clerk)


def test_a_preview_nobody_decides_on_is_dropped_after_its_term(preview, permit, today):
    batch = preview("XZXK", [permit(1)])
    last = batch.preview.decide_until
    assert last == today + timedelta(days=7)
    assert previews.drop_undecided(today=last) == 0
    assert previews.drop_undecided(today=last + timedelta(days=1)) == 1
    assert AuditEvent.objects.get(action=Action.BATCH_DROPPED).reason == "preview_not_decided_in_time"


def test_only_the_own_department_decides(preview, permit):
    batch = preview("XZXK", [permit(1)])
    stranger = make_user("stranger", Role.CLERK, make_department("B", 702))
    for verb in (
        lambda: services.commit_batch(
            batch, actor=stranger, policy=Policy.GOOD_ROWS, seen=batch.preview.outcome_digest
        ),
        lambda: services.drop_batch(batch, actor=stranger),
    ):
        with pytest.raises(RightMissing):
            verb()


def test_the_departments_setting_holds_where_the_sender_says_nothing(department, clerk, permit, data_dir, today):
    lead = make_user("lead-a", Role.LEAD, department)
    with pytest.raises(RightMissing):
        services.change_reporting_setting(department, policy=Policy.ALL_OR_NOTHING, commit=Commit.PREVIEW, actor=clerk)
    services.change_reporting_setting(department, policy=Policy.ALL_OR_NOTHING, commit=Commit.PREVIEW, actor=lead)
    item = InformationItem.objects.get(code="XZXK")
    made = [
        services.receive_batch(
            item=item, department=department, source=source, file_name="", chunks=[as_csv([permit(1)])], actor=clerk
        )
        for source in (Batch.Source.API, Batch.Source.INBOX, Batch.Source.COMMAND)
    ]
    assert [batch.commit for batch in made] == ["preview", "preview", "auto"]
    assert {batch.policy for batch in made} == {"all_or_nothing"}


FIRMS = st.integers(1, 4)
DRAWN = st.fixed_dictionaries(
    {
        "number": st.integers(1, 3),
        "firm": FIRMS,
        "name": st.one_of(st.none(), FIRMS),
        "registration": st.one_of(st.none(), FIRMS),
        "without_code": st.booleans(),
        "content": st.sampled_from(["预包装食品销售", "散装食品销售"]),
    }
)


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(held=st.lists(DRAWN, max_size=6), sent=st.lists(DRAWN, min_size=1, max_size=12), size=st.sampled_from([3, 5000]))
def test_what_is_previewed_is_what_the_merge_does(held, sent, size, preview, permit, send, clerk, today, monkeypatch):
    """Whatever is drawn: the outcome foreseen for each row is the outcome, in small slices and in one."""
    monkeypatch.setattr("records.services.batches.SLICE", size)

    def row(drawn: dict) -> dict[str, str]:
        changes = {"许可内容": drawn["content"]}
        if drawn["name"]:
            changes["行政相对人名称"] = f"云南示例第{drawn['name']}号有限公司"
        if drawn["registration"]:
            changes["行政相对人代码_2"] = f"53010000000123{drawn['registration']}"
            if drawn["without_code"]:
                changes["行政相对人代码_1"] = ""
        return permit(drawn["number"], drawn["firm"], **changes)

    before = connection.savepoint()
    try:
        if held:
            send("XZXK", [row(drawn) for drawn in held])
        batch = preview("XZXK", [row(drawn) for drawn in sent])
        foreseen = dict(PreviewedRow.objects.filter(batch=batch).values_list("row_no", "outcome"))
        returned = dict(RejectedRow.objects.filter(batch=batch).values_list("row_no", "problems"))
        done = commit(batch, clerk, today)
        assert dict(RejectedRow.objects.filter(batch=done).values_list("row_no", "problems")) == returned
        assert done.rows_accepted == sum(outcome in ("new", "changed") for outcome in foreseen.values())
        written = set(Record.objects.filter(batch=done).values_list("row_no", flat=True))
        assert written == {number for number, outcome in foreseen.items() if outcome in ("new", "changed")}
    finally:
        connection.savepoint_rollback(before)
