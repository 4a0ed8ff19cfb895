"""Verbs on points of persons: opt in, earn, have everything deleted (98号五（二）, 112号四（二）: an exploration).

Only encouraging, only for who has asked for it, and only while a document and the setting allow it. Nothing reads them.
"""

from datetime import date

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import Department, User
from audit import services as audit
from audit.actions import Action
from catalogue.models import SubjectKind
from records.errors import Refused
from records.models import Identifier, Record
from records.services.batches import require_right
from records.workflow import RECORD_OPEN
from sanctions.models import PointsAccount, PointsEntry, PointsRule, PointsTrial
from sanctions.services.commitments import identify
from sanctions.services.listings import Named


def are_points_enabled(*, on: date) -> bool:
    """Off unless the setting says so and a document in force allows the trial."""
    return settings.POINTS_ENABLED and PointsTrial.objects.in_force(on=on).exists()


@transaction.atomic
def opt_in(named: Named, *, consent_no: str, department: Department, actor: User, today: date) -> PointsAccount:
    """Open an account for a person who has asked for it in writing, at a counter.

    Raises RightMissing, Refused: points_disabled, consent_missing, points_are_of_persons, subject_is_minor,
    person_unknown, account_exists, and the code of a number.
    """
    _require_enabled(today)
    require_right(actor, "report", department)
    if not consent_no.strip():
        raise Refused("请填写本人同意书的编号。没有本人同意，不能加入。", code="consent_missing")
    if named.kind != SubjectKind.PERSON:
        raise Refused("积分只面向自愿加入的自然人。", code="points_are_of_persons")
    id_kind, lookup, _ = identify(named, today)
    owner = Identifier.objects.filter(kind=id_kind, lookup=lookup).select_related("subject").first()
    if owner is None or owner.subject.legal_name != named.name.strip():
        raise Refused("平台没有这位本人的信用主体，请核对姓名和证件号码。", code="person_unknown")
    try:
        with transaction.atomic():
            account = PointsAccount.objects.create(
                department=department, subject=owner.subject, consent_no=consent_no.strip(), opted_in_on=today,
                opened_by=actor,
            )  # fmt: skip
    except IntegrityError as error:
        if "points_are_of_adults" in str(error):
            raise Refused("不能确认本人已满 18 周岁，不办理。", code="subject_is_minor") from error
        raise Refused("本人已经加入。", code="account_exists") from error
    audit.record(Action.POINTS_OPTED_IN, account, actor=actor, business_on=today)
    return account


@transaction.atomic
def earn_points(
    account: PointsAccount, rule: PointsRule, *, reason: str, actor: User, today: date, record: Record | None = None
) -> PointsEntry:
    """Add what a rule gives for a good deed, said in words; for one record only once, and never for an adverse one.

    Raises RightMissing, Refused: points_disabled, account_erased, rule_not_in_force, reason_required,
    record_unsuitable, record_earned_already.
    """
    _require_enabled(today)
    account = PointsAccount.objects.select_for_update(of=("self",)).select_related("department").get(pk=account.pk)
    require_right(actor, "report", account.department)
    faults = (
        (account.erased_on is not None, "account_erased", "积分账户已经删除。"),
        (not PointsRule.objects.in_force(on=today).filter(pk=rule.pk).exists(),
         "rule_not_in_force", f"“{rule}”不在施行期内。"),
        (not reason.strip(), "reason_required", "请写明事由，本人可以看到。"),
        (record is not None and not _is_suitable(record, account), "record_unsuitable",
         "只能依据本人的、有效的、不属于失信的记录。"),
    )  # fmt: skip
    for is_wrong, code, sentence in faults:
        if is_wrong:
            raise Refused(sentence, code=code)
    if record and account.entries.filter(rule=rule, record=record).exists():
        raise Refused("这条记录已经按这项规则记过。", code="record_earned_already")
    entry = PointsEntry.objects.create(
        account=account, rule=rule, record=record, points=rule.points, reason=reason.strip(), earned_on=today,
        entered_by=actor,
    )  # fmt: skip
    audit.record(Action.POINTS_EARNED, account, actor=actor, business_on=today)
    return entry


def _is_suitable(record: Record, account: PointsAccount) -> bool:
    return (
        record.subject_id == account.subject_id
        and record.department_id == account.department_id
        and record.state in RECORD_OPEN
        and not record.item.is_adverse
    )


@transaction.atomic
def delete_points(account: PointsAccount, *, actor: User, today: date) -> int:
    """Delete every entry, and forget whose account it was, because the person asks; how many entries there were.

    Possible even while points are switched off. The trail keeps the number of entries. Raises RightMissing, Refused
    (account_erased).
    """
    account = PointsAccount.objects.select_for_update(of=("self",)).select_related("department").get(pk=account.pk)
    require_right(actor, "report", account.department)
    if account.erased_on is not None:
        raise Refused("积分账户已经删除。", code="account_erased")
    deleted, _ = account.entries.all().delete()
    account.subject, account.consent_no, account.erased_on = None, "", today
    account.save(update_fields=["subject", "consent_no", "erased_on"])
    audit.record(Action.POINTS_ERASED, account, actor=actor, business_on=today, detail={"entries": deleted})
    return deleted


def _require_enabled(today: date) -> None:
    if not are_points_enabled(on=today):
        raise Refused("诚信积分没有开通。", code="points_disabled")
