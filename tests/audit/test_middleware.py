"""One id per request, ours unless the caller's is well-formed."""

import pytest
import structlog
from django.http import HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from audit import context
from audit.middleware import ACCEPTABLE_ID, RequestContextMiddleware


def ask(path="/", **headers):
    """The response, and what code inside the request saw."""
    seen = {}

    def view(request):
        seen.update(origin=context.current(), log=structlog.contextvars.get_contextvars())
        return HttpResponse()

    response = RequestContextMiddleware(view)(RequestFactory().get(path, headers=headers))
    return response["X-Request-ID"], seen["origin"], seen["log"]


def test_request_gets_an_id_seen_by_trail_log_and_caller():
    answered, origin, log = ask()
    assert answered == origin.request_id == log["request_id"]
    assert len(answered) == 32
    assert ask()[0] != answered


def test_well_formed_inbound_id_is_kept():
    assert ask(**{"X-Request-ID": "gateway-2026_0001"})[0] == "gateway-2026_0001"


@pytest.mark.parametrize(
    "inbound",
    [
        "",
        "short",
        "-starts-with-dash",
        "有中文的编号一二三",
        "a" * 65,
        "semi;colon-1234",
        "line\nbreak-1234",
        "１２３４５６７８９",
    ],
)
def test_other_inbound_ids_are_replaced(inbound):
    assert ask(**{"X-Request-ID": inbound})[0] != inbound


@given(st.text(max_size=80))
def test_id_in_the_trail_is_always_of_the_strict_form(inbound):
    assert ACCEPTABLE_ID.fullmatch(ask(**{"X-Request-ID": inbound})[1].request_id)


@pytest.mark.parametrize(("path", "source"), [("/api/v1/batches/", "api"), ("/office/", "web"), ("/apiary/", "web")])
def test_source_is_told_by_the_address(path, source):
    assert ask(path)[1].source == source


def test_nothing_is_left_behind_after_the_request():
    before = context.current()
    ask()
    assert context.current() == before
    assert "request_id" not in structlog.contextvars.get_contextvars()
