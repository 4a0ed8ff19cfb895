"""Wrong and re-assigned codes: found in what was sent back and in what is held, answered, settled with a verdict."""

import pytest
from django.urls import reverse
from django.utils import timezone

from records import services
from records.models import CodeCase
from records.workflow import TransitionRefused
from tests import factories
from tests.conftest import TODAY

WRONG = "91530102MA6K00000A"


@pytest.fixture
def wrong(department, clerk) -> CodeCase:
    factories.send([factories.permit(department, 1, 行政相对人代码_1=WRONG)], clerk)
    services.find_code_cases()
    return CodeCase.objects.get()


def path(name: str, case: CodeCase) -> str:
    return reverse(f"office:{name}", args=[case.public_id])


def kinds() -> list[str]:
    return sorted(CodeCase.objects.values_list("kind", flat=True))


def test_a_code_that_fails_its_check_becomes_a_case_with_its_row(wrong, department):
    assert (wrong.kind, wrong.about, wrong.department) == ("uscc_invalid", WRONG, department)
    assert wrong.rows.get().row_no == 2
    services.find_code_cases()
    assert CodeCase.objects.get().rows.count() == 1, "looking again finds nothing new"


def test_one_code_under_two_names_becomes_a_case(department, clerk):
    factories.send([factories.permit(department, 1)], clerk)
    factories.send([factories.permit(department, 2, 行政相对人名称="昆明另一家示例有限公司")], clerk)
    services.find_code_cases()
    assert kinds() == ["name_conflict"]


def test_one_name_with_two_codes_becomes_a_case(department, clerk):
    factories.send([factories.permit(department, 1)], clerk)
    same_name = {"行政相对人名称": "昆明示例第1商贸有限公司"}
    factories.send([factories.permit(department, 2, firm=2, **same_name)], clerk)
    services.find_code_cases()
    assert kinds() == ["several_codes"]


def test_an_organisation_code_that_is_not_the_one_inside_becomes_a_case(department, clerk):
    other = factories.permit(department, 1, firm=2)["行政相对人代码_1"][8:17]
    factories.register(factories.penalty(department, 1, CF_XDR_ZZJG=other), clerk)
    services.find_code_cases()
    assert kinds() == ["embedded_code_differs"]


def test_a_decision_about_a_deregistered_organisation_becomes_a_case(department, clerk, lead):
    record = factories.register(factories.penalty(department, 1), clerk)
    services.enter_standing(
        record.subject,
        standing="deregistered",
        since=record.decided_on.replace(day=1),
        decision="示例",
        department=department,
        actor=lead,
        today=TODAY,
    )
    services.find_code_cases()
    case = CodeCase.objects.get()
    assert (case.kind, case.rows.get().batch) == ("subject_ended", record.batch)


def test_the_department_answers_and_a_reviewer_settles(browse, office, reviewer, wrong):
    page = office.get(path("code-case", wrong)).content.decode()
    assert WRONG in page and reverse("office:batch", args=[wrong.rows.get().batch.public_id]) in page
    office.post(path("code-case-answer", wrong), {"action": "correct", "reason": "已按营业执照更正"})
    with pytest.raises(TransitionRefused):
        services.settle_case(
            CodeCase.objects.create(department=wrong.department, kind="name_conflict", about="示例"),
            actor=reviewer,
            verdict="示例",
        )
    client = browse(reviewer)
    assert "已按营业执照更正" in client.get(path("code-case", wrong)).content.decode()
    client.post(path("code-case-judge", wrong), {"action": "reopen", "reason": "请附依据"})
    office.post(path("code-case-answer", wrong), {"action": "explain", "reason": "附执照副本"})
    client.post(path("code-case-judge", wrong), {"action": "settle", "reason": "属录入错误"})
    wrong.refresh_from_db()
    assert (wrong.state, wrong.verdict) == ("settled", "属录入错误")
    assert path("code-case", wrong) not in office.get(reverse("office:codes")).content.decode()


def test_the_same_code_again_wakes_a_settled_case(department, clerk, wrong, reviewer):
    services.answer_case(wrong, action="explain", actor=clerk, answer="示例")
    services.settle_case(wrong, actor=reviewer, verdict="示例")
    factories.send([factories.permit(department, 2, 行政相对人代码_1=WRONG)], clerk)
    services.find_code_cases()
    wrong.refresh_from_db()
    assert wrong.state == "unexplained" and wrong.rows.count() == 2


def test_another_department_does_not_see_it(browse, other_clerk, wrong):
    client = browse(other_clerk)
    assert client.get(path("code-case", wrong)).status_code == 404
    assert WRONG not in client.get(reverse("office:codes")).content.decode()


def test_cases_are_counted_by_department(wrong, department):
    found = timezone.localdate(wrong.found_at)
    counted = CodeCase.objects.counted_by_department(since=found, until=found)
    assert list(counted) == [{"department_id": department.pk, "found": 1, "unsettled": 1}]
