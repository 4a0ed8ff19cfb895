"""The pages of help say what the tables of transitions say, all of it, in Chinese (F030)."""

import re

import pytest
from django.urls import reverse

import catalogue.workflow
import exchange.workflow
import records.quality.workflow
import records.workflow
import repair.workflow
import sanctions.workflow
from accounts.models import Role
from credit_platform.help import ALL_FLOWS, TOPICS
from records.drawing import draw
from records.flows import FLOWS_OF_SUBJECTS
from repair.flows import CASE
from tests import factories

TABLES = (
    catalogue.workflow,
    exchange.workflow,
    records.quality.workflow,
    records.workflow,
    repair.workflow,
    sanctions.workflow,
)
EDGE = re.compile(r'data-edge="([\w-]+)/(\w+)/(\w+)"')
LATIN_WORD = re.compile(r"[A-Za-z]{2,}")


@pytest.fixture
def clerk(department):
    return factories.make_user("clerk-help", Role.CLERK, department)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_every_transition_has_its_words_and_no_other_has(table):
    assert table.WORDS.keys() == table.TRANSITIONS.keys()


def test_every_edge_of_every_table_is_on_the_page_once_with_its_words(browse, clerk):
    page = browse(clerk).get(reverse("office:help")).content.decode()
    shown = EDGE.findall(page)
    assert len(shown) == len(set(shown))
    assert sorted((state, action) for _, state, action in shown) == sorted(
        edge for table in TABLES for edge in table.TRANSITIONS
    )
    for flow in ALL_FLOWS:
        section = page.split(f'<h2 id="{flow.id}">')[1].split("</section>")[0]
        for way in flow.ways:
            row = section.split(f'data-edge="{flow.id}/{way.state}/{way.action}"')[1].split("</tr>")[0]
            words = (way.state_label, way.words, way.following_label, way.because, way.actor)
            assert all(text in row for text in words), row


def test_every_state_and_action_is_named_in_the_picture_in_chinese():
    for flow in ALL_FLOWS:
        assert [column.label for column in flow.drawing.columns] == list(flow.states.labels)
        drawn = "、".join(arrow.words for arrow in flow.drawing.arrows)
        assert all(way.words in drawn for way in flow.ways)
        assert not LATIN_WORD.search(drawn + flow.told)


def test_no_words_leave_the_picture_and_no_two_arrows_share_a_line():
    drawing = draw([("a", "甲"), ("b", "乙")], [("a", "b", "办理"), ("b", "b", "接着办理一次"), ("b", "a", "退回")])
    assert len({arrow.y for arrow in drawing.arrows}) == len(drawing.arrows)
    assert all(0 < arrow.x + len(arrow.words) * 6.5 <= drawing.width for arrow in drawing.arrows)
    assert all(arrow.y < drawing.height for arrow in drawing.arrows)


@pytest.mark.parametrize("topic", TOPICS)
def test_each_task_is_explained_on_a_page_of_its_own(browse, clerk, topic):
    page = browse(clerk).get(reverse("office:help-topic", args=[topic])).content.decode()
    assert f"<h1>{TOPICS[topic]}</h1>" in page or TOPICS[topic] in page
    assert "<ol>" in page


def test_a_task_nobody_has_explained_is_not_found(browse, clerk):
    assert browse(clerk).get(reverse("office:help-topic", args=["nothing"])).status_code == 404


@pytest.mark.parametrize(
    ("name", "topic"), [("batch-new", "send-file"), ("duties", "zero-report"), ("special-queries", "special-query")]
)
def test_the_explanation_is_linked_where_it_is_needed(browse, clerk, name, topic):
    page = browse(clerk).get(reverse(f"office:{name}")).content.decode()
    assert f'href="{reverse("office:help-topic", args=[topic])}"' in page


def test_the_portal_tells_what_becomes_of_a_record(client, db):
    page = client.get(reverse("portal:flows")).content.decode()
    assert {flow for flow, _, _ in EDGE.findall(page)} == {flow.id for flow in (*FLOWS_OF_SUBJECTS, CASE)}
    assert reverse("portal:flows") in client.get(reverse("portal:services")).content.decode()
