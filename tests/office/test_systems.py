"""Source systems: registered by the lead, named by every batch that comes from them, ended with their tokens."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient
from time_machine import travel

from accounts.models import ApiToken, Role, SourceSystem
from accounts.services import issue_token
from audit.actions import Action
from audit.models import AuditEvent
from records import services
from records.errors import Refused, RightMissing
from records.models import Batch
from tests import factories

TODAY = factories.TODAY
LIST = reverse("office:systems")
FORM = {"name": "示例行业信用系统", "code": "HYXY", "way": "api", "contact": "信息处 0000", "in_use_from": "2026-01-01"}


@pytest.fixture
def enter(lead, department):
    """A function that registers a system of the department."""

    def enter(code: str = "HYXY", way: str = "api") -> SourceSystem:
        facts = FORM | {"code": code, "way": way, "in_use_from": datetime.date(2026, 1, 1)}
        return services.enter_system(department, actor=lead, **facts)

    return enter


def post(token: str, department, number: int) -> Batch:
    caller = APIClient(HTTP_AUTHORIZATION=f"Token {token}", HTTP_IDEMPOTENCY_KEY=f"示例{number}")
    rows = [factories.permit(department, number, firm=number), factories.permit(department, 90 + number, 许可内容="")]
    answer = caller.post(reverse("department-api:batches"), {"item": "XZXK", "rows": rows}, format="json")
    assert answer.status_code == 202, answer.content
    services.run_batch(Batch.objects.get(public_id=answer.json()["id"]).pk, today=TODAY)
    return Batch.objects.get(public_id=answer.json()["id"])


def test_the_lead_registers_changes_and_ends_a_system(browse, lead, clerk):
    desk, colleague = browse(lead), browse(clerk)
    assert "没有登记来源系统" in desk.get(LIST).content.decode()
    page = desk.post(reverse("office:system-new"), FORM).url
    system = SourceSystem.objects.get()
    assert page == reverse("office:system", args=[system.public_id])
    again = desk.post(reverse("office:system-new"), FORM).content.decode()
    assert "本部门已有这个编码的系统" in again
    change, end = (reverse(f"office:system-{verb}", args=[system.public_id]) for verb in ("change", "end"))
    assert desk.post(change, {"name": "示例新名称", "contact": "信息处 1111", "code": "XX"}).url == page
    shown = colleague.get(page).content.decode()
    assert "示例新名称" in shown and "HYXY" in shown and "停用" not in shown
    for place in (change, end, reverse("office:system-new")):
        assert colleague.get(place).status_code == colleague.post(place, FORM).status_code == 404
    assert desk.post(end, {"reason": "系统下线"}).url == page
    assert "已停用" in desk.get(page).content.decode()
    assert desk.post(end, {"reason": "系统下线"}).status_code == 400
    lines = AuditEvent.objects.filter(object_type="accounts.SourceSystem").order_by("pk")
    assert [line.action for line in lines] == [Action.SYSTEM_ENTERED, Action.SYSTEM_CHANGED, Action.SYSTEM_ENDED]


def test_what_comes_by_a_systems_token_says_so_and_other_tokens_stay(browse, enter, department, clerk, lead):
    system = enter()
    named = {"department": department, "user": clerk, "on": TODAY}
    _, token = issue_token(name="系统", system=system, **named)
    _, plain = issue_token(name="无系统", **named)
    batch, other = post(token, department, 1), post(plain, department, 2)
    assert (batch.system, other.system) == (system, None)
    assert post(token, department, 1) == batch, "sent again with the same key"
    page = browse(lead).get(reverse("office:system", args=[system.public_id])).content.decode()
    assert "1 批，接收 1 行，退回 1 行" in page
    assert str(batch.public_id) in page and str(other.public_id) not in page
    assert "来自" in browse(lead).get(reverse("office:batch", args=[batch.public_id])).content.decode()


def test_a_system_that_has_been_silent_is_told_with_its_days(browse, enter, department, clerk, lead):
    system = enter()
    _, token = issue_token(department=department, user=clerk, name="系统", system=system, on=TODAY)
    assert "从未报送" in browse(lead).get(LIST).content.decode()
    post(token, department, 1)
    assert "今天" in browse(lead).get(LIST).content.decode()
    with travel(timezone.now() + datetime.timedelta(days=9)):
        assert "9 天没有报送" in browse(lead).get(LIST).content.decode()


def test_the_inbox_of_a_department_belongs_to_its_inbox_system(enter, department, clerk, data_dir):
    issue_token(department=department, user=clerk, name="前置机", on=TODAY)
    folder = data_dir / "inbox" / department.code / "XZXK"
    folder.mkdir(parents=True)
    (folder / "先.csv").write_bytes(factories.as_csv([factories.permit(department, 1)]))
    services.carry_inbox(today=TODAY, quiet=0)
    system = enter("QZJ", "inbox")
    (folder / "后.csv").write_bytes(factories.as_csv([factories.permit(department, 2)]))
    services.carry_inbox(today=TODAY, quiet=0)
    assert list(Batch.objects.order_by("pk").values_list("file_name", "system")) == [
        ("先.csv", None),
        ("后.csv", system.pk),
    ]
    with pytest.raises(Refused) as refused:
        enter("QZJ2", "inbox")
    assert refused.value.code == "inbox_taken"


def test_a_file_uploaded_by_hand_may_name_its_system(browse, enter, department, clerk):
    client, page = browse(clerk), reverse("office:batch-new")
    assert "来源系统" not in client.get(page).context["form"].as_p()
    system = enter("DJ", "file")
    assert "来源系统" in client.get(page).context["form"].as_p()
    file = factories.as_csv([factories.permit(department, 1)])
    sent = {"item": "XZXK", "key": "k", "system": system.pk, "file": SimpleUploadedFile("许可.csv", file)}
    assert client.post(page, sent).status_code == 302
    assert Batch.objects.get().system == system


def test_ending_a_system_takes_its_tokens_away_and_no_others(enter, department, clerk, lead):
    system, named = enter(), {"department": department, "user": clerk, "on": TODAY}
    token, _ = issue_token(name="系统", system=system, **named)
    other, _ = issue_token(name="无系统", **named)
    services.end_system(system, actor=lead, reason="系统下线", today=TODAY)
    assert [ApiToken.objects.get(pk=each.pk).revoked_at is None for each in (token, other)] == [False, True]


def test_a_system_delivers_for_its_own_department_only(enter, other_department, other_clerk):
    system = enter()
    stranger = factories.make_user("lead-b", Role.LEAD, other_department)
    with pytest.raises(RightMissing):
        services.enter_system(system.department, actor=stranger, **FORM)
    with pytest.raises(ValueError, match="own department"):
        services.receive_from(system, lambda: factories.send([factories.permit(other_department)], other_clerk))
    assert not Batch.objects.exists()


def test_a_token_is_for_a_system_of_its_own_department(browse, administrator, enter, other_department, other_clerk):
    system = enter()
    form = {"department": other_department.pk, "user": other_clerk.pk, "system": system.pk, "name": "示例"}
    answer = browse(administrator).post("/admin/accounts/apitoken/add/", form)
    errors = answer.context["adminform"].form.errors.as_data()["system"]
    assert [error.code for error in errors] == ["system_of_another_department"]
    assert not ApiToken.objects.exists()
