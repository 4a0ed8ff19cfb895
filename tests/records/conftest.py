"""A department that reports, and files the way departments write them."""

import pytest

from accounts.models import Department, Role, User
from credit_platform import demo
from records import services
from records.models import Batch
from records.services.batches import item_in_force
from tests.factories import as_csv, make_department, make_user


@pytest.fixture
def department(db):
    return make_department("A", 701)


@pytest.fixture
def clerk(department):
    return make_clerk(department, "clerk-a")


def make_clerk(department: Department, username: str) -> User:
    return make_user(username, Role.CLERK, department)


@pytest.fixture
def send(data_dir, today, department, clerk):
    """Send rows (or bytes) as a file of an item and carry the batch to its end."""

    def send(item: str, content, *, key: str = "", run: bool = True) -> Batch:
        batch = services.receive_batch(
            item=item_in_force(item, on=today),
            department=department,
            source=Batch.Source.FILE,
            file_name="示例.csv",
            chunks=[content if isinstance(content, bytes) else as_csv(content)],
            actor=clerk,
            idempotency_key=key,
        )
        if run:
            services.run_batch(batch.pk, today=today)
        return Batch.objects.get(pk=batch.pk)

    return send


@pytest.fixture
def permit(department, today):
    """One good row of 行政许可; keyword arguments change it."""

    def permit(number: int = 1, firm: int = 1, **changes: str) -> dict[str, str]:
        row = next(demo.permits((department.name, department.uscc), today, count=1))
        return (
            row
            | {
                "行政相对人名称": f"云南示例第{firm}号有限公司",
                "行政相对人代码_1": demo.make_uscc("530102", firm),
                "行政许可决定文书号": f"云示许〔2026〕{number}号",
                "许可决定日期": "2026/11/02",
                "有效期自": "2026/11/02",
                "有效期至": "2031/11/01",
            }
            | changes
        )

    return permit


@pytest.fixture
def penalty(department, today):
    """One good row of 行政处罚; keyword arguments change it."""

    def penalty(number: int = 1, firm: int = 1, **changes: str) -> dict[str, str]:
        row = next(demo.penalties((department.name, department.uscc), today))
        return (
            row
            | {
                "行政相对人名称": f"云南示例第{firm}号有限公司",
                "行政相对人代码_1": demo.make_uscc("530102", firm),
                "行政处罚决定书文号": f"云示罚〔2026〕{number}号",
                "处罚决定日期": "2026/11/02",
            }
            | changes
        )

    return penalty
