"""Departments, staff and records for tests. Nobody here exists: names say 示例, all check digits are right."""

import datetime
import uuid

from accounts.models import Department, Region, Role, User
from accounts.services import place_user
from credit_platform import demo
from records import services
from records.models import Batch, Record
from records.services.batches import item_in_force

TODAY = datetime.date(2026, 11, 22)
PASSWORD = "示例-口令-horse-battery"
HEAD = "示例甲"


def make_department(letter: str, number: int) -> Department:
    """A department of its own, with a valid code; `number` must differ for each."""
    return Department.objects.create(
        code=f"530000-TEST-{letter}",
        name=f"云南省示例{letter}局",
        region=Region.objects.get(code="530000"),
        uscc=demo.make_uscc("530000", number, "11"),
        source="测试",
    )


def make_user(username: str, role: Role, department: Department | None = None) -> User:
    """A member of staff in their place, with PASSWORD."""
    user = User(username=username, display_name=f"示例{role.label}")
    user.set_password(PASSWORD)
    return place_user(user, department=department, role=role)


def make_id_number(number: int, *, born_on: datetime.date = datetime.date(1985, 3, 12)) -> str:
    return demo.make_id_number("530102", born_on, 900 + number)


def penalty(department: Department, number: int = 1, *, firm: int = 1, **changes: str) -> dict[str, str]:
    """Values of one good 行政处罚 of an organisation, by field code, as the form sends them."""
    return {
        "CF_XDR_MC": f"昆明示例第{firm}商贸有限公司",
        "CF_XDR_LB": "法人及非法人组织",
        "CF_XDR_SHXYM": demo.make_uscc("530102", firm),
        "CF_FRDB": HEAD,
        "CF_WSH": f"云示罚〔2026〕{number}号",
        "CF_WFXW": "未按规定建立进货查验记录制度",
        "CF_SY": "经查，当事人未按规定建立进货查验记录制度。",
        "CF_YJ": "《示例管理办法》第十二条第一款",
        "CF_CFLB": "罚款",
        "CF_NR": "罚款人民币五千元整",
        "CF_NR_FK": "0.5",
        "CF_JDRQ": "2026-11-03",
        "CF_YXQ": "2099-12-31",
        "CF_CFJG": department.name,
        "CF_CFJGDM": department.uscc,
        "CF_SJLY": department.name,
        "CF_SJLYDM": department.uscc,
    } | changes


def persons_penalty(
    department: Department, number: int = 1, *, name: str = "示例张三", **changes: str
) -> dict[str, str]:
    """The same about a natural person."""
    values = penalty(department, number)
    for code in ("CF_XDR_SHXYM", "CF_FRDB"):
        del values[code]
    about = {"CF_XDR_MC": name, "CF_XDR_LB": "自然人", "CF_XDR_ZJLX": "身份证", "CF_XDR_ZJHM": make_id_number(number)}
    return values | about | changes


def permit(department: Department, number: int = 1, *, firm: int = 1, **changes: str) -> dict[str, str]:
    """One good row of 行政许可 under the Chinese titles of a file."""
    row = next(demo.permits((department.name, department.uscc), TODAY, count=1))
    return (
        row
        | {
            "行政相对人名称": f"昆明示例第{firm}商贸有限公司",
            "行政相对人代码_1": demo.make_uscc("530102", firm),
            "行政许可决定文书号": f"云示许〔2026〕{number}号",
            "许可决定日期": "2026/11/03",
            "有效期自": "2026/11/03",
            "有效期至": "2031/11/02",
        }
        | changes
    )


def as_csv(rows: list[dict[str, str]], encoding: str = "utf-8") -> bytes:
    """The rows as a department's file."""
    return demo.as_csv(rows).decode().encode(encoding)


def register(values: dict[str, str], clerk: User, *, item: str = "XZCF", today: datetime.date = TODAY) -> Record:
    """Enter one record the way the form does. Needs the data directory of the test."""
    return services.register_record(
        item=item_in_force(item, on=today),
        department=clerk.department,
        values=values,
        actor=clerk,
        today=today,
        idempotency_key=uuid.uuid4().hex,
    )


def send(
    content: list[dict[str, str]] | bytes, clerk: User, *, item: str = "XZXK", run: bool = True, commit: str = ""
) -> Batch:
    """Send rows as a CSV file, or bytes as they are, and carry the batch to its end."""
    batch = services.receive_batch(
        item=item_in_force(item, on=TODAY),
        department=clerk.department,
        source=Batch.Source.FILE,
        file_name="示例.csv",
        chunks=[content if isinstance(content, bytes) else as_csv(content)],
        actor=clerk,
        commit=commit,
    )
    if run:
        services.run_batch(batch.pk, today=TODAY)
    return Batch.objects.get(pk=batch.pk)
