"""Editions of the law book: a draft touches nothing, a second person puts it in force, nothing is overwritten."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import Role
from audit.models import AuditEvent
from catalogue import lawbook, services, soundness, workflow
from catalogue.errors import EditionRefused, LawUnsound, NotTheirs
from catalogue.models import DisplayRule, Edition, InformationItem, ItemField, LegalBasis
from catalogue.soundness import problems_of, require_sound
from tests.catalogue.editions import ITEM, add_item, approve, field, rule, shorten
from tests.factories import make_user

pytestmark = pytest.mark.django_db
TABLES = (InformationItem, ItemField, DisplayRule, LegalBasis)


def rows() -> list:
    return [list(model.objects.order_by("pk").values()) for model in TABLES]


def test_the_seeds_are_edition_one_and_sound():
    first = Edition.objects.get(number=1)
    assert (first.state, first.author, first.base) == ("approved", None, None)
    assert first.law == lawbook.in_order(first.law)
    assert list(problems_of(first.law)) == []


def test_the_whole_book_is_judged_with_few_questions(django_assert_max_num_queries):
    law = Edition.objects.get(number=1).law
    assert sum(len(item["fields"]) for item in law["items"]) > 1000
    soundness.broken.cache_clear()
    with django_assert_max_num_queries(600):
        require_sound(law)


def test_a_draft_touches_nothing_that_is_in_force(draft, author):
    before = rows()
    draft = shorten(add_item(draft, author), author, months=6)
    draft = services.end_item(draft, "JYYC", actor=author)
    services.submit(draft, actor=author)
    assert rows() == before


def test_every_pair_of_state_and_action_follows_the_table(draft, author, second, today):
    draft = shorten(draft, author, months=6)
    verbs = {
        "change": lambda: services.change_item(draft, ITEM, actor=author),
        "submit": lambda: services.submit(draft, actor=author),
        "return": lambda: services.return_draft(draft, opinion="请改", actor=second),
        "abandon": lambda: services.abandon(draft, actor=author),
        "approve": lambda: services.approve(
            draft, in_force_on=today, recomputes=False, opinion="同意", impact={}, actor=second, today=today
        ),
    }
    assert {action for _, action in workflow.TRANSITIONS} == set(verbs)
    for state in workflow.EditionState.values:
        if state == workflow.APPROVED:
            continue
        for action, verb in verbs.items():
            Edition.objects.filter(pk=draft.pk).update(state=state)
            with transaction.atomic():
                if (state, action) in workflow.TRANSITIONS:
                    assert verb().state == workflow.TRANSITIONS[state, action][0]
                else:
                    with pytest.raises(workflow.TransitionRefused):
                        verb()
                transaction.set_rollback(True)


def test_approval_ends_the_former_rows_the_day_before_and_begins_the_new_ones(draft, author, second, today):
    draft = shorten(draft, author, months=6)
    former = DisplayRule.objects.get(key="XZCF.order-36.general")
    on = today + timedelta(days=10)
    edition = approve(draft, author, second, on=on, today=today)
    former.refresh_from_db()
    new = DisplayRule.objects.get(item_code="XZCF", severity="general", in_force_until=None)
    assert (former.in_force_until, former.maximum_months) == (on - timedelta(days=1), 12)
    assert (new.key, new.in_force_from, new.maximum_months) == ("XZCF.edition-2.general", on, 6)
    assert new.retroactive_from is None
    assert Edition.objects.in_force(on=today).get().number == 1
    assert Edition.objects.in_force(on=on).get() == edition
    assert lawbook.read_law() == edition.law
    assert AuditEvent.objects.filter(action="catalogue.edition.approved", actor_name=second.username).exists()


def test_an_item_is_added_changed_and_ended_without_a_line_of_code(draft, author, second, today):
    draft = add_item(draft, author)
    status = field(draft.law, "XZXK", "XK_ZT")
    draft = services.change_field(draft, "XZXK", status | {"values": [*status["values"], "3"]}, actor=author)
    draft = services.end_item(draft, "JYYC", actor=author)
    approve(draft, author, second, on=today, today=today)
    in_force = InformationItem.objects.in_force(on=today)
    assert in_force.get(code="CSXM").fields.count() == 12
    assert in_force.get(code="XZXK").fields.get(code="XK_ZT").values == ["1", "2", "3"]
    assert not in_force.filter(code="JYYC").exists()
    yesterday = InformationItem.objects.in_force(on=today - timedelta(days=1))
    assert yesterday.get(code="XZXK").fields.get(code="XK_ZT").values == ["1", "2"]
    assert yesterday.filter(code="JYYC").exists() and not yesterday.filter(code="CSXM").exists()


def test_who_drafts_does_not_approve(draft, author, second, today):
    draft = services.submit(shorten(draft, author, months=6), actor=author)
    arguments = {"in_force_on": today, "recomputes": False, "opinion": "同意", "impact": {}, "today": today}
    with pytest.raises(NotTheirs):
        services.approve(draft, actor=author, **arguments)
    with pytest.raises(NotTheirs):
        services.start_draft(name="二", reason="", actor=second)
    Edition.objects.filter(pk=draft.pk).update(author=second)
    with pytest.raises(EditionRefused, match="不能批准自己") as refused:
        services.approve(draft, actor=second, **arguments)
    assert refused.value.code == "author_approves"
    with pytest.raises(IntegrityError, match="edition_has_a_second_person"), transaction.atomic():
        Edition.objects.filter(pk=draft.pk).update(approver=second)


@pytest.mark.parametrize("role", [Role.CLERK, Role.SUPERVISOR, Role.AUDITOR])
def test_other_roles_take_no_step(draft, author, today, role):
    someone = make_user("somebody", Role.AUDITOR)
    someone.role = role
    steps = (
        lambda: services.start_draft(name="二", reason="", actor=someone),
        lambda: services.change_item(draft, ITEM, actor=someone),
        lambda: services.submit(draft, actor=someone),
        lambda: services.abandon(draft, actor=someone),
        lambda: services.return_draft(draft, opinion="", actor=someone),
    )
    for step in steps:
        with pytest.raises(NotTheirs):
            step()


def test_what_was_approved_never_changes(draft, author, second, today):
    edition = approve(shorten(draft, author, months=6), author, second, on=today, today=today)
    for change in ({"law": {}}, {"in_force_on": today + timedelta(days=1)}, {"state": "draft"}, {"recomputes": True}):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            Edition.objects.filter(pk=edition.pk).update(**change)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).delete()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE catalogue_itemfield SET scope = 'public'",
        "UPDATE catalogue_displayrule SET maximum_months = 1",
        "UPDATE catalogue_informationitem SET name = 'x'",
        "DELETE FROM catalogue_itemfield",
    ],
)
def test_the_application_cannot_edit_in_place(statement):
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE credit_office")
        cursor.execute(statement)


def test_the_application_can_approve(draft, author, second, today):
    """The rights of its database role are enough for the whole way."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE credit_office")
    draft = services.end_item(add_item(shorten(draft, author, months=6), author), "JYYC", actor=author)
    assert approve(draft, author, second, on=today, today=today, recomputes=True).state == "approved"


def test_an_edition_is_written_on_the_newest_one(draft, author, second, today):
    other = services.start_draft(name="并行", reason="", actor=author)
    approve(shorten(draft, author, months=6), author, second, on=today, today=today)
    services.submit(shorten(other, author, months=9), actor=author)
    with pytest.raises(EditionRefused) as refused:
        services.approve(other, in_force_on=today, recomputes=False, opinion="", impact={}, actor=second, today=today)
    assert refused.value.code == "base_superseded"


@pytest.mark.parametrize("days", [-1, -400])
def test_no_edition_reaches_back(draft, author, second, today, days):
    draft = shorten(draft, author, months=6)
    with pytest.raises(EditionRefused) as refused:
        approve(draft, author, second, on=today + timedelta(days=days), today=today)
    assert refused.value.code == "too_early"


def test_a_draft_without_a_difference_is_not_submitted(draft, author):
    with pytest.raises(EditionRefused) as refused:
        services.submit(draft, actor=author)
    assert refused.value.code == "nothing_changed"


def broken(law: dict, how: str) -> None:
    item = lawbook.item_of(law, "XZCF")
    fields = {field["code"]: field for field in item["fields"]}
    match how:
        case "basis":
            item["legal_basis"] = "nowhere"
        case "rule":
            law["rules"] = [each for each in law["rules"] if each["item_code"] != "XZCF"]
        case "role":
            item["fields"].remove(fields["CF_JDRQ"])
        case "open number":
            fields["CF_XDR_ZJHM"]["scope"] = "public"
        case "open secret":
            fields["CF_NR"]["sensitivity"] = "high"
        case "values":
            fields["CF_CFLB"]["values"] = []
        case "type":
            fields["CF_NR"]["type"] = "nonsense"
        case "twice":
            item["fields"].append(dict(fields["CF_NR"]))
        case "severity":
            item["severity_by_value"] = item["severity_by_value"] | {"minor": ["没有这一类"]}
        case "months":
            rule_ = next(each for each in law["rules"] if lawbook.rule_id(each) == ("XZCF", "general"))
            rule_["minimum_months"] = 99
        case "condition":
            fields["CF_NR"]["required_when"] = {"field": "NOWHERE", "contains": ["x"]}


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("basis", "没有法律依据"),
        ("rule", "没有“严重”的公示期限规则"),
        ("role", "缺少用途为“决定日期”的字段"),
        ("open number", "证件号码只能授权查询"),
        ("open secret", "高度敏感的字段不能向社会公开"),
        ("values", "要列出取值"),
        ("type", "类型"),
        ("twice", "出现了两次"),
        ("severity", "不在字段中"),
        ("months", "最短期限不能长于最长期限"),
        ("condition", "字段 NOWHERE 不存在"),
    ],
)
def test_a_law_that_cannot_stand_is_not_submitted(draft, author, how, sentence):
    law = draft.law
    broken(law, how)
    draft = services.import_law(draft, law, actor=author)
    with pytest.raises(LawUnsound) as refused:
        services.submit(draft, actor=author)
    assert any(sentence in each for each in refused.value.sentences), refused.value.sentences


def test_two_editions_are_compared_row_by_row(draft, author):
    old = draft.law
    draft = services.end_item(shorten(add_item(draft, author), author, months=6), "JYYC", actor=author)
    name = field(draft.law, "XZXK", "XK_NR") | {"scope": "shared", "length": 2000}
    draft = services.change_field(draft, "XZXK", name, actor=author)
    changes = {(c.kind, c.item, c.code): c for c in lawbook.compare(old, draft.law)}
    assert changes["item", "CSXM", "CSXM"].action == "added"
    assert changes["item", "JYYC", "JYYC"].action == "ended"
    assert changes["rule", "JYYC", ""].action == "ended"
    parts = {(p.label, p.old, p.new) for p in changes["field", "XZXK", "XK_NR"].parts}
    assert parts == {("公开范围", "社会公开", "政务共享"), ("长度（字）", "4000", "2000")}
    assert ("最长（月）", "12", "6") in {(p.label, p.old, p.new) for p in changes["rule", "XZCF", "general"].parts}
    assert lawbook.compare(old, old) == []


def test_a_column_younger_than_an_edition_is_no_change(draft):
    old = lawbook.in_order(draft.law)
    for item in old["items"]:
        for each in item["fields"]:
            del each["sensitivity"]
    assert lawbook.compare(old, lawbook.read_law()) == []


def test_the_published_document_comes_back_as_a_draft(draft, author):
    law = draft.law
    assert services.import_law(draft, law, actor=author).law == law
    assert rule(law, "XZCF", "general")["maximum_months"] == 12
    for nonsense in ([], {}, {"items": [], "rules": []}, {"bases": [], "items": [{}], "rules": []}):
        with pytest.raises(LawUnsound):
            services.import_law(draft, nonsense, actor=author)
