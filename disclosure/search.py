"""One search box: what was typed, what it can mean, what is found."""

import re
from dataclasses import dataclass

from disclosure.models import PublicFormerAddress, PublicFormerName, PublicRecord, PublicSubject
from disclosure.paging import CAP
from records.errors import Refused
from records.identity import InvalidIdentifier, check_uscc, is_id_number
from records.reading.cleaning import fold_name

LONGEST = 200
SPACING = re.compile(r"[\s-]+")
CODE = re.compile(r"[0-9A-Za-z]{18}", re.ASCII)
YEAR = re.compile(r"[〔\[［(（【﹝]\s*(\d{4})\s*[〕\]］)）】﹞]", re.ASCII)
IDENTITY_NUMBER = "query_is_identity_number"
YEAR_BRACKETS = ("〔〕", "[]", "［］", "()", "（）", "【】", "﹝﹞")
REFUSALS = {
    "query_too_short": "一个字太短，无法查询。请输入名称中相连的两个字以上。",
    "query_too_long": f"输入的内容超过 {LONGEST} 个字。请输入名称、统一社会信用代码或文书号。",
    IDENTITY_NUMBER: "请不要在这里输入身份证号码。自然人的信息不能按证件号码查询，可以按决定文书号查询。",
    "uscc_invalid": "这不是一个有效的统一社会信用代码：校验位不符。请对照营业执照或法人证书核对 18 位代码。",
}


class QueryRefused(Refused):
    """A query that is not run, with a sentence for the person who asked."""

    def __init__(self, code: str):
        super().__init__(REFUSALS[code], code=code)


@dataclass(frozen=True, slots=True)
class Query:
    """A query understood: a code, or a name that may also be a document number."""

    text: str
    uscc: str = ""
    name_key: str = ""


def understand(text: str) -> Query:
    """Say what was typed. Raises QueryRefused."""
    if len(text) > LONGEST:
        raise QueryRefused("query_too_long")
    if CODE.fullmatch(compact := SPACING.sub("", text)):
        try:
            return Query(text, uscc=check_uscc(compact))
        except InvalidIdentifier as error:
            refuse_identity_number(text)
            raise QueryRefused("uscc_invalid") from error
    key = fold_name(text)
    if len(key) < 2:
        raise QueryRefused("query_too_short")
    return Query(text, name_key=key)


def refuse_identity_number(text: str) -> None:
    """Some licences of people bear their holder's number; nobody shall find a person by it. Raises QueryRefused."""
    if is_id_number(text):
        raise QueryRefused(IDENTITY_NUMBER)


def find_subject(code: str) -> PublicSubject | None:
    """The subject of this address, or the one whose address it was before."""
    subjects = PublicSubject.objects.defer("bigrams")
    found = subjects.coded(code).first()
    return found or subjects.filter(pk__in=PublicFormerAddress.objects.of(code).values("subject_id")).first()


def find_subjects(query: Query) -> list[int]:
    """Ids of organisations, at most CAP + 1: the name itself, then names that begin so, then names that contain it.

    Those that bore such a name formerly come last.
    """
    if query.uscc:
        found = find_subject(query.uscc)
        return [found.pk] if found else []
    best = list(PublicSubject.objects.starting_with(query.name_key).values_list("id", flat=True)[: CAP + 1])
    if len(best) > CAP:
        return best
    seen = set(best)
    within = PublicSubject.objects.containing(query.name_key).values_list("id", "name_key")[: CAP + 1]
    rest = sorted((len(name), name, id) for id, name in within if id not in seen)
    present = best + [id for _, _, id in rest]
    former = PublicFormerName.objects.containing(query.name_key).order_by("pk").values_list("subject_id", flat=True)
    return list(dict.fromkeys([*present, *former[: CAP + 1]]))[: CAP + 1]


def former_names(ids: list[int], query: Query) -> dict[int, str]:
    """Of these subjects, the former name that was searched for, where the present one does not answer."""
    if not query.name_key:
        return {}
    found = PublicFormerName.objects.containing(query.name_key).filter(subject_id__in=ids)
    return dict(found.order_by("-pk").values_list("subject_id", "name"))


def find_records(query: Query):
    """Records with exactly this document number, whoever they are about. Any brackets will do around the year."""
    if query.uscc:
        return PublicRecord.objects.none()
    return PublicRecord.objects.filter(document_no__in=document_numbers(query.text)).newest_first()


def document_numbers(text: str) -> list[str]:
    """The ways `text` may have been reported: 〔2026〕 is hard to type, so people write (2026) or [2026]."""
    text = text.strip()
    return list(dict.fromkeys([text, *(YEAR.sub(rf"{pair[0]}\1{pair[1]}", text) for pair in YEAR_BRACKETS)]))
