"""One search box: a credit code, a document number, or two or more characters of a name."""

import re

from django.db.models import BooleanField, ExpressionWrapper, F, Func, Q, Value
from django.db.models.functions import JSONObject
from django.db.models.lookups import Exact

from records.errors import Refused
from records.identity import is_id_number
from records.models import FormerName, Identifier, IdentifierKind, Subject
from records.querysets import RecordQuerySet
from records.reading.cleaning import clean_text, fold_identifier, fold_name

CODE = re.compile(r"[0-9A-Z]{6,50}", re.ASCII)
USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}", re.ASCII)


def is_identity_number(text: str) -> bool:
    """A citizen's number must not stand in addresses, so it is not searched for (T-13)."""
    return is_id_number(text)


def _names_code(code: str) -> Q:
    """Records that name this old code themselves: a code only another department reported tells nothing (T-02)."""
    holders = Identifier.objects.filter(cipher="", lookup=code).exclude(kind=IdentifierKind.USCC)
    number = JSONObject(number=Value(code))
    holds_it = Func(F("values"), Value("$.* ? (@ == $number)"), number, function="jsonb_path_exists")
    return Q(subject__in=holders.values("subject")) & Q(Exact(ExpressionWrapper(holds_it, BooleanField()), True))


def matching(records: RecordQuerySet, text: str) -> RecordQuerySet:
    """The records a search means. Raises Refused (`query_too_short`).

    Two characters are looked up as a bigram, more as a trigram LIKE: the other way round took 50 times longer.
    """
    code = fold_identifier(text)
    if USCC.fullmatch(code):
        known = Identifier.objects.filter(kind=IdentifierKind.USCC, lookup=code)
        return records.filter(subject__in=known.values("subject"))
    written = clean_text(text)[0]
    numbered = records.filter(document_no=written)
    if numbered.exists():
        return numbered
    if CODE.fullmatch(code) and (coded := records.filter(_names_code(code))).exists():
        return records.filter(subject__in=coded.values("subject"))
    key = fold_name(written)
    if len(key) < 2:
        raise Refused("请至少输入两个字。", code="query_too_short")
    named = {"bigrams__contains": [key]} if len(key) == 2 else {"name_key__contains": key}
    present = Q(subject__in=Subject.objects.filter(**named).values("pk"))
    return records.filter(present | Q(subject__in=FormerName.objects.filter(**named).values("subject")))
