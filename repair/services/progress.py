"""Progress for who holds a receipt and has not signed in. Guesses are counted in the trail, as at the office's door."""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from audit import services as audit
from audit.actions import Action
from audit.models import AuditEvent
from records.errors import Refused
from repair.models import Case
from repair.services.opening import find_by_receipt

WINDOW = timedelta(minutes=15)
# Wrong answers within the window, after which nothing is answered, right or wrong. Many people may share an address.
PER_NUMBER, PER_ADDRESS = 10, 30
ATTEMPT = "repair.ReceiptAttempt"
WRONG, TOO_MANY = "receipt_unknown", "receipt_too_many"
SENTENCES = {
    WRONG: "没有查到。请对照回执逐字核对受理号和查询码；查询码里没有数字 0、1 和字母 I、L、O、U。",
    TOO_MANY: f"输入错误的次数过多。请 {WINDOW.seconds // 60} 分钟后再试，或者持回执到登记的窗口询问。",
}


class Holder(NamedTuple):
    """Whoever holds a receipt, as the trail names them: by its number, for nobody knows who it is."""

    pk: str
    username: str = "持回执查询的人"


class ReceiptRefused(Refused):
    """Nothing is answered. The sentence never tells whether the number exists."""

    code = WRONG


def look_up(number: str, check_code: str, *, address: str) -> Case:
    """The case of a receipt, with a line in the trail. Raises ReceiptRefused: receipt_unknown, receipt_too_many.

    A wrong code counts against the number and against the address it came from, and so does a number that does not
    exist: both are answered alike.
    """
    with transaction.atomic():
        case, refusal = _looked_up(number, check_code, address)
    if case is None:
        raise ReceiptRefused(SENTENCES[refusal], code=refusal)
    return case


def _looked_up(number: str, check_code: str, address: str) -> tuple[Case | None, str]:
    by_number, by_address = _key("number", number.strip().upper()), _key("address", address)
    _line_up((by_number, by_address))
    if _wrong(by_number) >= PER_NUMBER or _wrong(by_address) >= PER_ADDRESS:
        return None, TOO_MANY
    case = find_by_receipt(number, check_code)
    if case is None:
        counted = [audit.Target(ATTEMPT, key, "凭回执查询") for key in (by_number, by_address)]
        audit.record_many(
            Action.PROGRESS_REFUSED, counted, result=audit.REFUSED, reason=WRONG, detail={"address": address}
        )
        return None, WRONG
    audit.record(Action.PROGRESS_VIEWED, case, actor=Holder(f"receipt:{case.number}"))
    return case, ""


def _key(kind: str, value: str) -> str:
    """What was typed may be anything: the trail holds only what tells that it was typed again."""
    return salted_hmac(ATTEMPT, f"{kind}|{value}", algorithm="sha256").hexdigest()


def _line_up(keys: Iterable[str]) -> None:
    """Attempts at the same moment go one by one: each counts those before it."""
    with connection.cursor() as cursor:
        for key in sorted(keys):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('repair.receipt'), hashtext(%s))", [key])


def _wrong(key: str) -> int:
    since = timezone.now() - WINDOW
    return AuditEvent.objects.filter(object_type=ATTEMPT, object_id=key, reason=WRONG, at__gt=since).count()
