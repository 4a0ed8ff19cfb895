"""Invented subjects and records for the portal's tests, straight through the ORM. Nobody here exists."""

import itertools
from datetime import timedelta

from stdnum.cn import ric

from accounts.models import Department, User
from catalogue.models import InformationItem, SubjectKind
from credit_platform.demo import make_uscc
from records import crypto
from records.identity import adult_on
from records.models import Batch, Identifier, Record, Subject
from records.reading.cleaning import fold_name
from sanctions import receipts
from sanctions.models import Check, Matter, PromotionEvent, Verdict
from tests.conftest import TODAY

TITLES = {
    "XZXK": "食品经营许可",
    "XZCF": "未按规定建立进货查验记录制度",
    "YZSX": "拖欠农民工工资失信联合惩戒对象名单",
    "JYYC": "未按规定期限公示年度报告",
    "CXRY": "守合同重信用示例企业",
}
_numbers = itertools.count(1)


def make_department(name: str = "昆明市示例市场监管局") -> Department:
    return Department.objects.get_or_create(code=f"T-{name}"[:20], defaults={"name": name, "region_id": "530100"})[0]


def make_organisation(name: str, *, region: str = "530102", kind: str = SubjectKind.ORGANISATION) -> Subject:
    code = make_uscc(region, next(_numbers))
    subject = Subject.objects.create(
        kind=kind, legal_name=name, name_key=fold_name(name), uscc=code, region_code=region
    )
    Identifier.objects.create(subject=subject, kind="uscc", lookup=code)
    return subject


def make_person(name: str, number: str) -> Subject:
    """A grown-up with an encrypted identity number."""
    subject = Subject.objects.create(
        kind=SubjectKind.PERSON,
        legal_name=name,
        name_key=fold_name(name),
        adult_on=adult_on(ric.get_birth_date(number)),
    )
    Identifier.objects.create(
        subject=subject, kind="id_card", lookup=crypto.blind_index("id_card", number), cipher=crypto.seal_text(number)
    )
    return subject


def make_record(subject: Subject, code: str = "XZXK", **changes) -> Record:
    """A record of an item on display around TODAY; `changes` are columns of Record, `values` adds to the content."""
    item = InformationItem.objects.get(code=code)
    number = next(_numbers)
    department = changes.pop("department", None) or make_department()
    batch = Batch.objects.create(
        item=item,
        department=department,
        source=Batch.Source.FORM,
        file_digest="0" * 64,
        state="committed",
        rows_total=1,
        rows_accepted=1,
    )
    columns = {
        "document_no": f"示例〔2026〕{number}号",
        "decided_on": TODAY - timedelta(days=30),
        "title": TITLES[code],
        "authority": "昆明市示例市场监管局",
        "severity": "general" if code == "XZCF" else "",
        "display_rule_key": _rule_key(code),
        "displayed_from": TODAY - timedelta(days=29),
        "displayed_until": TODAY + timedelta(days=335),
    } | changes
    columns["values"] = _values(item, subject, columns) | changes.get("values", {})
    return Record.objects.create(
        item=item,
        item_code=code,
        subject=subject,
        subject_name=subject.legal_name,
        department=department,
        batch=batch,
        row_no=number,
        content_digest=number.to_bytes(16),
        **columns,
    )


def _rule_key(code: str) -> str:
    return {
        "XZXK": "XZXK.valid-until",
        "XZCF": "XZCF.order-36.general",
        "YZSX": "YZSX.order-36",
        "JYYC": "JYYC.any",
        "CXRY": "CXRY.valid-until",
    }[code]


def _values(item: InformationItem, subject: Subject, columns: dict) -> dict[str, str]:
    """What stands in the columns, under the item's own codes."""
    by_role = {
        "subject_name": subject.legal_name,
        "uscc": subject.uscc,
        "document_no": columns["document_no"],
        "decided_on": columns["decided_on"].isoformat(),
        "title": columns["title"],
        "authority": columns["authority"],
    }
    fields = item.fields.exclude(role="")
    return {field.code: by_role[field.role] for field in fields if by_role.get(field.role)}


def make_receipt(verdict: str = Verdict.CLEAR) -> Check:
    """What a counter was told once."""
    department = make_department()
    user, _ = User.objects.get_or_create(username="示例窗口", defaults={"role": "clerk", "department": department})
    return Check.objects.create(
        receipt_no=receipts.make_number(TODAY, department.pk),
        department=department,
        asked_by=user,
        matter=Matter.objects.get(code="XZXK"),
        channel="page",
        subject_kind="organisation",
        subject_name="昆明示例只有本部门知道的公司",
        identifier_kind="uscc",
        lookup="9153010200000000XX",
        verdict=verdict,
        answer={"verdict": verdict},
        answer_digest=receipts.digest_of({"verdict": verdict}),
    )


def make_event() -> PromotionEvent:
    """A published event; nobody is recommended at it."""
    department = make_department()
    author, approver = (
        User.objects.get_or_create(username=name, defaults={"role": "clerk", "department": department})[0]
        for name in ("示例窗口", "示例负责人")
    )
    values = {
        "department": department, "kind": "fair", "place": "示例会展中心", "begins_on": TODAY, "ends_on": TODAY,
        "about": "示例说明", "list_codes": ["SCOPE"], "state": "published", "author": author, "approver": approver,
        "published_on": TODAY,
    }  # fmt: skip
    return PromotionEvent.objects.get_or_create(name="示例公布的活动", defaults=values)[0]
