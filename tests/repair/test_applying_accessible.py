"""The pages on which somebody writes, in a real browser: nothing axe calls serious, nothing wider than the screen."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from repair.models import Case, Draft
from tests import factories
from tests.repair.conftest import make_applicant, signed_in
from tests.repair.files import png
from tests.repair.test_applying import objection, place, repair
from tests.scope.test_accessible import WITHOUT_HTMX, look_at

LONG = "云南昆明官渡示例特别长的名称农业科技综合开发与农产品冷链物流配送有限责任公司"


@pytest.fixture
def pages(client, department, clerk) -> dict[str, str]:
    """Address → page, each as its owner sees it: empty, filled, wrong, refused, looked over, handed in."""
    record = factories.register(factories.penalty(department, 1, CF_XDR_MC=LONG, CF_JDRQ="2026-05-06"), clerk)
    early = factories.register(factories.penalty(department, 7, firm=1, CF_XDR_MC=LONG), clerk)
    applicant = make_applicant(record)
    signed_in(client, applicant)
    upload = {"file": SimpleUploadedFile("缴款凭证（扫描件）第一页.png", png()), "evidence_kind": "缴款凭证"}
    shown = {}

    def keep(name: str, answer) -> None:
        shown[f"/{name}/"] = WITHOUT_HTMX.sub("", answer.content.decode())

    keep("repair-empty", client.get(place(record, "repair")))
    keep("repair-early", client.get(place(early, "repair")))
    keep("repair-wrong", client.post(place(record, "repair"), {"text": "罚款已经缴纳", "version": 0, "do": "check"}))
    said = repair(applicant, version="1", way="statement", text="当时仓库正在搬迁，没有及时登记，现已整改。")
    keep("repair-filled", client.post(place(record, "repair"), said | upload | {"do": "upload"}, follow=True))
    keep("statement-check", client.post(place(record, "repair"), said | {"do": "check"}, follow=True))
    keep("objection-empty", client.get(place(early)))
    keep("objection-check", client.post(place(early), objection() | {"do": "check"}, follow=True))
    draft = Draft.objects.get(kind="objection")
    where = reverse("my:draft-check", args=[draft.public_id])
    keep("receipt", client.post(where, {"version": draft.version}, follow=True))
    again = client.post(place(early), objection() | {"do": "check"}, follow=True)
    keep("refused", client.post(again.request["PATH_INFO"], {"version": 1}))
    keep("review", client.get(place(record, "review")))
    keep("complaint", client.get(reverse("my:complaint")))
    keep("portal", client.get(reverse("portal:record", args=[record.public_id])))
    keep("portal-early", client.get(reverse("portal:record", args=[early.public_id])))
    assert Case.objects.count() == 1
    return shown


def test_every_page_on_which_somebody_writes_can_be_read_by_everyone(pages):
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(look_at, pages).result() == []
