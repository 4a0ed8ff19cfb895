"""Is this paper real? Whoever holds it may ask; whoever guesses is counted, as for a case by its receipt.

A number cannot be guessed, but eight characters of a digest could be by a program, and they open the verdict.
"""

from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from audit import context
from disclosure.models import PublicReceipt
from disclosure.role import portal_role
from repair.services.progress import PER_ADDRESS, PER_NUMBER, WINDOW
from sanctions.receipts import SHORT, fold_number

KEYS = "sanctions.ReceiptGuess"
TOO_MANY = (
    "同一编号或者同一网络地址核对不上的次数过多，暂不答复。"
    f"请 {WINDOW.seconds // 60} 分钟后再试，或者持纸面到出具部门核对。"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed: a number, and of the digest what the paper shows, or nothing."""

    number: str
    digest: str


@dataclass(frozen=True, slots=True)
class Found:
    """The receipt, if there is one and it was told; whether the digest agrees; whether nothing is told at all."""

    receipt: PublicReceipt | None = None
    is_confirmed: bool = False
    is_refused: bool = False

    @property
    def status(self) -> int:
        return 429 if self.is_refused else 200 if self.receipt else 404

    @property
    def title(self) -> str:
        if self.is_refused:
            return "请稍后再试"
        return self.receipt.receipt_no if self.receipt else "没有查到"


def look_up(asked: Asked, *, address: str) -> Found:
    """What is told of a paper. A number nobody issued and a digest that differs count against number and address.

    What cannot be a number is a slip of the pen and is not counted.
    """
    number = fold_number(asked.number)
    if not number:
        return Found()
    keys = [_key("number", number), _key("address", address)]
    with transaction.atomic():
        by_number, by_address = _guesses(keys)
        if by_number >= PER_NUMBER or by_address >= PER_ADDRESS:
            return Found(is_refused=True)
        with portal_role():
            receipt = PublicReceipt.objects.filter(receipt_no=number).first()
        is_confirmed = bool(receipt and asked.digest and receipt.is_confirmed_by(asked.digest[:SHORT]))
        if receipt is None or (asked.digest and not is_confirmed):
            _note(keys, address)
    return Found(receipt, is_confirmed)


def _key(kind: str, value: str) -> str:
    """The trail holds only what tells that it was typed again."""
    return salted_hmac(KEYS, f"{kind}|{value}", algorithm="sha256").hexdigest()


def _guesses(keys: list[str]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_receipt_guesses(%s, %s)", [keys, WINDOW])
        return cursor.fetchone()[0]


def _note(keys: list[str], address: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_receipt_guessed(%s, %s, %s)", [keys, address, context.current().request_id])
