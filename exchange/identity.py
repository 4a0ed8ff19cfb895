"""Asking the population base library (公安人口库) whether number and name belong together (98号三（一）).

Number and name travel in the body of a signed request and nowhere else: no address, log or error message has them.
What a person is called on the way is a number within the request, so an answer that is kept by mistake names nobody.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from exchange.client import NoAnswer, SignedDoor, Untrusted, read_json, require_success, schema_error
from exchange.messages import canonical_bytes

MAX_PERSONS = 100


class Answer(StrEnum):
    """What the library says of one person; stored by value, so the values are never changed."""

    MATCH = "match"
    MISMATCH = "mismatch"
    ABSENT = "absent"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True, repr=False)
class Claim:
    """A number and the name it is said to belong to; without a repr, so that no traceback shows them."""

    number: str
    name: str


class PopulationBase(SignedDoor):
    """The library as seen from here."""

    setting = "POPULATION"

    def verify(self, claims: Sequence[Claim]) -> list[Answer]:
        """One answer a claim, in their order; at most MAX_PERSONS at once.

        Raises NoAnswer when nothing trustworthy came back, ValueError for too many claims.
        """
        if len(claims) > MAX_PERSONS:
            raise ValueError(f"一次最多核验 {MAX_PERSONS} 人")
        persons = [{"ref": ref, "number": claim.number, "name": claim.name} for ref, claim in enumerate(claims)]
        batch = secrets.token_hex(16)
        seen = self.exchange("POST", "/identity/verify", canonical_bytes({"batch": batch, "persons": persons}))
        try:
            require_success(seen)
            return _read_answers(read_json(seen), batch, len(claims))
        except Untrusted as untrusted:
            raise NoAnswer(untrusted.code, untrusted.reason, retry_after=untrusted.retry_after) from None


def _read_answers(answer: dict[str, Any], batch: str, count: int) -> list[Answer]:
    """The answers in the order asked. One person more, less, or twice makes all of them untrustworthy."""
    if answer.get("batch") != batch:
        raise Untrusted("answer_wrong_batch", "答复的不是本次核验")
    results = answer.get("results")
    if not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
        raise schema_error("results")
    if sorted(str(result.get("ref")) for result in results) != sorted(str(ref) for ref in range(count)):
        raise schema_error("ref")
    try:
        return [Answer(result["outcome"]) for result in sorted(results, key=lambda result: int(result["ref"]))]
    except (KeyError, ValueError):
        raise schema_error("outcome") from None
