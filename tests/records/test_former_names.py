"""A change of name has a day: rows about decisions before it are taken under the former name, later ones are not."""

import pytest

from accounts.models import Role
from records import services
from records.errors import Refused
from records.models import FormerName, RejectedRow
from tests import factories
from tests.conftest import TODAY

FORMER, PRESENT = "昆明示例第1商贸有限公司", "昆明改名示例商贸有限公司"


@pytest.fixture
def department(db, rehearse, data_dir):
    return factories.make_department("甲", 711)


@pytest.fixture
def clerk(department):
    return factories.make_user("clerk-a", Role.CLERK, department)


@pytest.fixture
def lead(department):
    return factories.make_user("lead-a", Role.LEAD, department)


@pytest.fixture
def subject(department, clerk):
    return factories.register(factories.penalty(department), clerk).subject


def rename(subject, lead, **changes):
    values = {"name": PRESENT, "renamed_on": TODAY.replace(day=10), "reason": "变更登记（示例）", "today": TODAY}
    return services.rename_subject(subject, department=lead.department, actor=lead, **(values | changes))


@pytest.mark.parametrize(("decided_on", "taken"), [("2026/11/09", True), ("2026/11/10", False), ("2026/11/12", False)])
def test_a_row_under_the_former_name_is_taken_if_decided_before_the_change(
    subject, department, clerk, lead, decided_on, taken
):
    rename(subject, lead)
    row = factories.permit(department, 2, 行政相对人名称=FORMER, 许可决定日期=decided_on, 有效期自=decided_on)
    batch = factories.send([row], clerk)
    assert batch.rows_accepted == taken
    if taken:
        assert subject.records.get(document_no="云示许〔2026〕2号").subject_name == FORMER
    else:
        assert RejectedRow.objects.get().problems[0]["code"] == "name_conflict"


def test_the_former_name_is_kept_with_day_source_and_who(subject, lead):
    rename(subject, lead)
    former = FormerName.objects.get()
    assert (former.name, former.until_on.day, former.entered_by, former.source) == (FORMER, 10, lead, "renamed")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"renamed_on": TODAY.replace(day=23)}, "date_in_future"),
        ({"name": "昆明示例第１商貿有限公司"}, "name_unchanged"),
    ],
)
def test_a_change_that_cannot_be_is_refused(subject, lead, changes, code):
    with pytest.raises(Refused) as refusal:
        rename(subject, lead, **changes)
    assert refusal.value.code == code
