"""The page and the file of daily tree heads, read by the portal's own database role."""

import pytest
from django.db import transaction
from django.test import Client

from audit import heads, sealing
from audit.actions import Action
from audit.services import record
from audit.standalone import verify_audit


@pytest.fixture
def head(db, data_dir):
    with transaction.atomic():
        record(Action.LOG_READ)
    sealing.seal_all()
    return heads.sign_head()


def test_before_the_first_day_has_ended_the_page_says_so(db):
    assert "还没有公布" in Client().get("/heads/").content.decode()
    assert Client().get("/heads.json").json() == {"heads": []}


def test_the_heads_are_published_and_check_out(head):
    page = Client().get("/heads/").content.decode()
    assert head.root in page and head.signature in page and head.public_key in page
    published = Client().get("/heads.json").json()["heads"]
    assert published == [heads.as_published(head)]
    assert list(verify_audit.chain_findings(published, bytes.fromhex(head.public_key))) == []


def test_the_page_is_reached_from_the_guarantees_and_from_about(db):
    for page in ("/guarantees/", "/about/"):
        assert 'href="/heads/"' in Client().get(page).content.decode()
