"""Verbs on credit-based finance (33号（七）): enter and publish products, take applications, hand data to a bank."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import Department, User
from audit import services as audit
from audit.actions import Action
from audit.canonical import sm3
from audit.checkpoints import public_key, sign_bytes
from catalogue.models import LegalBasis, SubjectKind
from records import services as records
from records.errors import Refused, RightMissing
from records.models import Subject
from records.services.batches import require_right
from records.services.special import Sought
from sanctions import checking, packaging, workflow
from sanctions.models import FinanceApplication, FinanceHandover, FinanceProduct
from sanctions.services.checks import require_counter

BASIS = "state-2016-33-7"
TEXTS = ("name", "bank_name", "objects_text", "conditions", "amount", "term", "cost", "contact", "source")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an organisation asks for, and its written consent: what the bank may be told, and until when."""

    amount: str
    purpose: str
    contact: str
    consent_no: str
    consent_on: date
    consent_until: date
    items: Sequence[str] = ()


@transaction.atomic
def enter_product(
    kind: str, texts: Mapping[str, str], *, department: Department, actor: User, bank: Department | None = None,
    offered_until: date | None = None,
) -> FinanceProduct:  # fmt: skip
    """Enter what a bank offers; another person publishes it. `texts` holds every one of TEXTS.

    Raises RightMissing, Refused (text_missing).
    """
    require_right(actor, "report", department)
    cleaned = {name: texts.get(name, "").strip() for name in TEXTS}
    if not all(cleaned.values()):
        raise Refused("请把产品的各项内容填写完整，公布后不再改动。", code="text_missing")
    product = FinanceProduct.objects.create(
        department=department, kind=kind, bank=bank, offered_until=offered_until, author=actor,
        legal_basis=LegalBasis.objects.get(code=BASIS), **cleaned,
    )  # fmt: skip
    audit.record(Action.PRODUCT_ENTERED, product, actor=actor)
    return product


@transaction.atomic
def publish_product(product: FinanceProduct, *, actor: User, opinion: str, today: date) -> FinanceProduct:
    """Show a product to everybody. Raises RightMissing (also for the author), Refused: reason_required, offer_is_over;
    TransitionRefused.
    """
    product = _locked(product)
    require_publisher(product, actor, opinion)
    state = workflow.next_state(product.state, "publish")
    if product.offered_until and product.offered_until < today:
        raise Refused("受理期限已经过去，不能公布。请另行登记。", code="offer_is_over")
    product.state, product.approver, product.opinion, product.published_on = state, actor, opinion, today
    product.save(update_fields=["state", "approver", "opinion", "published_on"])
    audit.record(Action.PRODUCT_PUBLISHED, product, actor=actor, reason=opinion, business_on=today)
    return product


def require_publisher(drawn_up, actor: User, opinion: str) -> None:
    """Who publishes answers for the department, is not the author, and says why."""
    require_right(actor, "correct", drawn_up.department)
    if actor.pk == drawn_up.author_id:
        raise RightMissing("登记人不能核准自己登记的内容。")
    if not opinion.strip():
        raise Refused("请写明核准意见。", code="reason_required")


@transaction.atomic
def close_product(product: FinanceProduct, *, actor: User, reason: str, today: date) -> FinanceProduct:
    """Stop showing a product. Applications already taken go on. Raises RightMissing, Refused, TransitionRefused."""
    product = _locked(product)
    require_right(actor, "correct", product.department)
    state = workflow.next_state(product.state, "close")
    if not reason.strip():
        raise Refused("请写明停办的原因。", code="reason_required")
    product.state, product.closed_on, product.close_reason = state, today, reason
    product.save(update_fields=["state", "closed_on", "close_reason"])
    audit.record(Action.PRODUCT_CLOSED, product, actor=actor, reason=reason, business_on=today)
    return product


def _locked(product: FinanceProduct) -> FinanceProduct:
    return FinanceProduct.objects.select_for_update(of=("self",)).select_related("department").get(pk=product.pk)


@transaction.atomic
def apply_for_product(
    product: FinanceProduct, sought: Sought, wanted: Wanted, *, department: Department, actor: User, key: uuid.UUID,
    today: date,
) -> FinanceApplication:  # fmt: skip
    """Take an organisation's application at a counter, with its written consent. The same key gives the one made.

    Raises RightMissing, Refused: product_not_offered, subject_is_a_person, consent_missing, consent_dates_wrong,
    item_cannot_be_opened, name_differs, and the code of a wrong number.
    """
    require_counter(actor, department)
    if made := FinanceApplication.objects.filter(key=key).first():
        return made
    if not FinanceProduct.objects.offered(on=today).filter(pk=product.pk).exists():
        raise Refused("该产品没有公布或者已经停办，请另选产品。", code="product_not_offered")
    subject = _applicant(sought, today)
    _require_consent(wanted, today)
    application = FinanceApplication.objects.create(
        key=key, product=product, department=department, accepted_by=actor, accepted_on=today, subject=subject,
        amount_wanted=wanted.amount, purpose=wanted.purpose, contact=wanted.contact, consent_no=wanted.consent_no,
        consent_on=wanted.consent_on, consent_until=wanted.consent_until, items=sorted(set(wanted.items)),
    )  # fmt: skip
    audit.record(Action.FINANCE_APPLIED, application, actor=actor, business_on=today,
                 detail={"product": product.name, "items": application.items})  # fmt: skip
    return application


def _applicant(sought: Sought, today: date) -> Subject:
    if sought.kind == SubjectKind.PERSON:
        raise Refused(
            "融资产品的申请人是企业、个体工商户和其他组织，请填写统一社会信用代码。", code="subject_is_a_person"
        )
    told = checking.meet(checking.identify(sought, today=today), today=today)
    if "name_differs" in told.notes:
        raise Refused(checking.NOTES["name_differs"], code="name_differs")
    return told.subject or records.know_subject(kind=sought.kind, name=told.sought.name, number=sought.number).subject


def _require_consent(wanted: Wanted, today: date) -> None:
    openable = {item.code for item in packaging.openable_items(on=today)}
    faults = (
        (not wanted.consent_no.strip(), "consent_missing", "请填写申请单位授权书的编号，没有书面授权不能移交数据。"),
        (not wanted.consent_on <= today <= wanted.consent_until, "consent_dates_wrong",
         "授权日期不晚于今天，授权期限不早于今天。"),
        (bool(set(wanted.items) - openable), "item_cannot_be_opened", "所选事项没有可以凭授权提供的内容。"),
    )  # fmt: skip
    for is_wrong, code, sentence in faults:
        if is_wrong:
            raise Refused(sentence, code=code)


@transaction.atomic
def hand_over(application: FinanceApplication, *, actor: User, today: date) -> dict:
    """Make the signed data package of now for the bank, and leave the line that says who took it.

    A bank's own account takes it as long as the consent runs; where the bank has none, the counter makes the file
    once. Raises RightMissing, Refused: consent_is_over, package_taken_already; TransitionRefused.
    """
    application = _locked_application(application)
    by_bank = application.product.bank_id is not None
    require_counter(actor, application.product.bank or application.department)
    state = workflow.next_state(application.state, "hand_over")
    if not application.may_be_handed_over(today):
        raise Refused("授权期限已满，不能再提供数据。需要继续的，请申请单位重新授权。", code="consent_is_over")
    if not by_bank and application.handovers.exists():
        raise Refused("签名文件只生成一次，已经移交。需要更新的，请申请单位重新授权。", code="package_taken_already")
    at = timezone.now()
    package, digest, total = _signed(application, at, today)
    handover = FinanceHandover.objects.create(
        application=application, taken_by=actor, by_bank=by_bank, handed_at=at, records=total, digest=digest
    )
    application.state = state
    application.save(update_fields=["state"])
    audit.record(Action.FINANCE_HANDED, application, actor=actor, business_on=today,
                 detail={"handover": handover.pk, "records": total, "digest": digest, "by_bank": by_bank})  # fmt: skip
    return package


def _signed(application: FinanceApplication, at: datetime, today: date) -> tuple[dict, str, int]:
    """The package, the digest of its content, and how many records are in it."""
    subject, product = application.subject.merged_into or application.subject, application.product
    rows = packaging.rows_of(subject, application.items, on=today)
    content = {
        "format": packaging.FORMAT,
        "as_of": at.isoformat(),
        "purpose": f"{product.bank_name}“{product.name}”，{application.purpose}",
        "consent": {
            "number": application.consent_no,
            "from": application.consent_on.isoformat(),
            "until": application.consent_until.isoformat(),
            "items": application.items,
        },
        "applicant": {"name": subject.legal_name, "uscc": subject.uscc, "amount": application.amount_wanted,
                      "contact": application.contact},
        "records": rows,
        "note": "只含正在公示的记录。没有记录不等于守信，也不等于失信。不得用于授权以外的目的。",
    }  # fmt: skip
    body = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    signature = {"algorithm": "SM2-SM3", "public_key": public_key(), "value": sign_bytes(body)}
    return {"content": content, "signature": signature}, sm3(body).hex(), len(rows)


@transaction.atomic
def note_bank_answer(
    application: FinanceApplication, *, actor: User, is_granted: bool, answer: str, today: date
) -> FinanceApplication:
    """Enter what the bank decided. Raises RightMissing, Refused (reason_required), TransitionRefused."""
    application = _locked_application(application)
    require_counter(actor, application.product.bank or application.department)
    state = workflow.next_state(application.state, "answer")
    if not answer.strip():
        raise Refused("请写明答复的内容。", code="reason_required")
    application.state, application.is_granted = state, is_granted
    application.answer, application.answered_on = answer, today
    application.save(update_fields=["state", "is_granted", "answer", "answered_on"])
    audit.record(Action.FINANCE_ANSWERED, application, actor=actor, business_on=today, detail={"granted": is_granted})
    return application


@transaction.atomic
def revoke_consent(application: FinanceApplication, *, actor: User, today: date) -> FinanceApplication:
    """The organisation takes its consent back: from now on nothing more is handed over (PIPL article 15, by analogy).

    Raises RightMissing, TransitionRefused.
    """
    application = _locked_application(application)
    require_counter(actor, application.department)
    application.state = workflow.next_state(application.state, "revoke")
    application.revoked_on = today
    application.save(update_fields=["state", "revoked_on"])
    audit.record(Action.FINANCE_REVOKED, application, actor=actor, business_on=today)
    return application


def _locked_application(application: FinanceApplication) -> FinanceApplication:
    return (
        FinanceApplication.objects.select_for_update(of=("self",))
        .select_related("product__bank", "department", "subject__merged_into")
        .get(pk=application.pk)
    )
