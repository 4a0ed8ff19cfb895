"""The words of letters and notices: the edition in force, its blanks filled, remedies printed (33号（二十二）)."""

from dataclasses import dataclass
from datetime import date
from string import Formatter

from deadlines.models import TimeLimit, TimeLimitMissing
from repair.models import Case, LetterText

RECONSIDERATION, LAWSUIT = "remedy.reconsideration", "remedy.lawsuit"
# Against these another authority can be asked; the answer to a complaint and the result of a lawsuit are none of them.
WITH_REMEDIES = ("repair", "objection", "correction")


@dataclass(frozen=True, slots=True)
class Written:
    """A letter ready to be kept: title, text, and the edition it was written in."""

    title: str
    text: str
    edition: str


BLANKS = (
    "number", "kind", "way", "document", "department", "submitted_on", "accepted_on", "decided_on", "due_on",
    "asked_for", "answer", "reasons", "article", "remedy", "revoked_reason", "today", "remedies",
)  # fmt: skip


def unknown_blanks(body: str) -> list[str]:
    """What stands in braces in a text and is no blank we fill; the text itself where its braces do not match."""
    try:
        parts = list(Formatter().parse(body))
    except ValueError:
        return [body[:20]]
    return [
        name for _, name, spec, conversion in parts if name is not None and (name not in BLANKS or spec or conversion)
    ]


class _Blanks(dict):
    def __missing__(self, key: str) -> str:
        return ""


def write(case: Case, key: str, *, today: date) -> Written:
    """The letter `key` about the case as it stands, in the words for its kind where there are such.

    Raises LetterText.DoesNotExist where no edition is in force.
    """
    texts = LetterText.objects.filter(key__in=(key, f"{key}.{case.kind}"), in_force_from__lte=today)
    best = max(texts, key=lambda text: (text.key != key, text.in_force_from), default=None)
    if best is None:
        raise LetterText.DoesNotExist(f"{key}: no text in force on {today}")
    return Written(best.title, best.body.format_map(_Blanks(values_of(case, today))).strip(), best.edition)


def plain(key: str, *, today: date) -> Written:
    """A text without blanks: what is signed with an application for repair (`commitment`), the `reminder`.

    Raises LetterText.DoesNotExist where no edition is in force.
    """
    text = LetterText.objects.filter(key=key, in_force_from__lte=today).order_by("-in_force_from").first()
    if text is None:
        raise LetterText.DoesNotExist(f"{key}: no text in force on {today}")
    return Written(text.title, text.body.strip(), text.edition)


def values_of(case: Case, today: date) -> dict[str, str]:
    """What the blanks of the texts are filled with."""
    about = str(case.record.document_no) if case.record_id else ""
    return {
        "number": case.number,
        "kind": case.get_kind_display(),
        "way": case.get_way_display(),
        "document": f"“{about}”" if about else "",
        "department": str(case.department),
        "submitted_on": str(case.submitted_on),
        "accepted_on": str(case.accepted_on or ""),
        "decided_on": str(case.decided_on or ""),
        "due_on": str(case.due_on or ""),
        "asked_for": case.asked_for,
        "answer": case.answer,
        "reasons": case.reasons,
        "article": case.article,
        "remedy": case.get_remedy_display(),
        "revoked_reason": case.revoked_reason,
        "today": str(today),
        "remedies": remedies(today) if case.kind in WITH_REMEDIES else "",
    }


def remedies(on: date, against: str = "本决定") -> str:
    """Where one may turn against a decision, within which days."""
    return (
        f"对{against}不服的，"
        f"可以自收到之日起{_term(RECONSIDERATION, on)}内依照《中华人民共和国行政复议法》申请行政复议，"
        f"或者{_term(LAWSUIT, on)}内依照《中华人民共和国行政诉讼法》向有管辖权的人民法院提起行政诉讼。"
    )


def term_of(key: str | None, on: date) -> str:
    """The time limit in words, such as 10 个工作日; empty where there is none."""
    try:
        return str(TimeLimit.objects.in_force(key, on=on).as_term()) if key else ""
    except TimeLimitMissing:
        return ""


def _term(key: str, on: date) -> str:
    term = term_of(key, on)
    return f" {term}" if term else "法定期限"
