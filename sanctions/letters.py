"""The letters of a listing: what is served on the subject, with reasons, law and remedies (33号（十九）（二十二）)."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from catalogue.models import Evidence
from deadlines.models import TimeLimit, TimeLimitMissing
from sanctions import workflow
from sanctions.models import Listing, Tone
from sanctions.services.listings import PUBLIC_NOTICE, STATEMENT
from sanctions.workflow import ExitKind, ListingState

NOTICE, ENTRY, REFUSAL, EXIT = "notice", "entry", "refusal", "exit"
TITLES = {NOTICE: "列入告知书", ENTRY: "列入决定书", REFUSAL: "不予列入决定书", EXIT: "移出决定书"}
STATES = {
    NOTICE: tuple(state for state in ListingState.values if state != workflow.DROPPED),
    ENTRY: (workflow.ENTERED, workflow.EXITED),
    REFUSAL: (workflow.NOT_LISTED,),
    EXIT: (workflow.EXITED,),
}
RECONSIDERATION, LAWSUIT = "remedy.reconsideration", "remedy.lawsuit"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter ready to be set: who is addressed stands on the page."""

    title: str
    paragraphs: list[str]
    on: date
    unverified: list[str]


def letters_of(listing: Listing) -> list[tuple[str, str]]:
    """Those that can be printed now (kind, title). What others have decided, others write letters about."""
    if listing.origin != "platform":
        return []
    return [(kind, title_of(listing, kind)) for kind, states in STATES.items() if listing.state in states]


def title_of(listing: Listing, kind: str) -> str:
    return "拟列入公示" if kind == NOTICE and listing.tone == Tone.RED else TITLES[kind]


def write(listing: Listing, kind: str, *, today: date) -> Letter:
    """The letter of this kind. Needs listing.kind with its bases, and the department."""
    paragraphs, on = WRITERS[kind](listing, today)
    unverified = [str(listing.kind.legal_basis)] if listing.kind.legal_basis.evidence != Evidence.VERIFIED else []
    if kind in (ENTRY, REFUSAL, EXIT):
        unverified.append("行政复议、行政诉讼的期限")
    return Letter(title_of(listing, kind), paragraphs, on, unverified)


def _case(listing: Listing) -> str:
    conduct = f"，属于“{listing.conduct}”" if listing.conduct else ""
    return (
        f"{listing.authority}于 {listing.decided_on} 作出“{listing.document_no}”，认定：{_sentence(listing.facts)}"
        f"上述情形符合“{listing.kind}”的认定标准{conduct}。"
    )


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith(("。", "！", "？")) else f"{text}。"


def _law(listing: Listing) -> str:
    bases = dict.fromkeys([str(listing.kind.legal_basis)])
    if listing.is_person and listing.kind.persons_basis:
        bases[str(listing.kind.persons_basis)] = None
    return "、".join(bases)


def _notice(listing: Listing, today: date) -> tuple[list[str], date]:
    on = listing.notified_on or today
    if listing.tone == Tone.RED:
        term = TimeLimit.objects.in_force(PUBLIC_NOTICE, on=on).as_term()
        return [
            _case(listing),
            f"依据{_law(listing)}，拟列入“{listing.kind}”。",
            f"现予公示，公示期 {term}。对拟列入的主体有异议的，请在公示期内向本机关提出，并提供事实和证据。",
        ], on
    term = TimeLimit.objects.in_force(STATEMENT, on=on).as_term()
    return [
        _case(listing),
        f"依据{_law(listing)}，本机关拟将您（单位）列入“{listing.kind}”。列入后，{_effects(listing)}",
        f"您（单位）对上述事实、理由和依据有权进行陈述和申辩。请自收到本告知书之日起 {term}内向本机关提出，"
        "可以书面或者口头提出，并提供证据；逾期未提出的，视为放弃陈述和申辩。",
    ], on


def _effects(listing: Listing) -> str:
    shown = "在“信用云南”公示，并依法共享给有关部门" if listing.kind.is_public else "依法共享给有关部门，不向社会公示"
    months = listing.kind.term_months
    term = f"，期限最长 {months} 个月" if months else ""
    return f"相关信息将{shown}{term}；有关部门依照法律、法规和备忘录采取的措施，以各措施的依据为准。"


def _entry(listing: Listing, today: date) -> tuple[list[str], date]:
    on = listing.entered_on or today
    heard = (
        f"您（单位）于 {listing.stated_on} 提出陈述申辩，本机关已经复核。"
        if listing.stated_on
        else "期内没有收到陈述申辩。"
    )
    until = f"期限至 {listing.ends_on}，期满自动移出。" if listing.ends_on else "没有固定期限，符合移出条件的移出。"
    return [
        _case(listing),
        f"本机关于 {listing.notified_on} 告知事实、理由和依据。{heard}",
        f"依据{_law(listing)}，决定自 {on} 起将您（单位）列入“{listing.kind}”。"
        f"理由：{_sentence(listing.decision_reason)}",
        f"{until}移出条件：{_sentence(listing.kind.exit_conditions)}",
        _remedies(on),
    ], on


def _refusal(listing: Listing, today: date) -> tuple[list[str], date]:
    on = timezone.localdate(listing.decided_at) if listing.decided_at else today
    return [
        f"关于拟将您（单位）列入“{listing.kind}”一事（“{listing.document_no}”），本机关于 {listing.notified_on} 告知。",
        f"经审查，决定不予列入。理由：{_sentence(listing.decision_reason)}",
        _remedies(on),
    ], on


def _exit(listing: Listing, today: date) -> tuple[list[str], date]:
    on = listing.exited_on or today
    used = "有关部门不再据此给予激励" if listing.tone == Tone.RED else "有关部门解除据此采取的措施"
    return [
        f"您（单位）于 {listing.entered_on} 因“{listing.document_no}”列入“{listing.kind}”。",
        _why_left(listing, on),
        f"自移出之日起终止公示，停止共享和使用；{used}。",
        _remedies(on),
    ], on


def _why_left(listing: Listing, on: date) -> str:
    """The adverse record is another department's to name; the subject is told where to read it and to object."""
    if listing.exit_kind == ExitKind.ADVERSE:
        return (
            "列入以后，公共信用信息中有了对您（单位）的失信记录。依据《国务院关于建立完善守信联合激励和失信联合惩戒制度"
            f"加快推进社会诚信建设的指导意见》（国发〔2016〕33号）（三）（十九），决定自 {on} 起移出。"
            "记录的内容可以在“信用云南”或者信用服务窗口查询；认为记录有误的，可以提出异议。"
        )
    return f"现因{listing.get_exit_kind_display()}，决定自 {on} 起移出。理由：{_sentence(listing.exit_reason)}"


def _remedies(on: date) -> str:
    reconsideration, lawsuit = _term(RECONSIDERATION, on), _term(LAWSUIT, on)
    return (
        f"对本决定不服的，可以自收到之日起{reconsideration}内依照《中华人民共和国行政复议法》申请行政复议，"
        f"或者{lawsuit}内依照《中华人民共和国行政诉讼法》向有管辖权的人民法院提起行政诉讼。"
    )


def _term(key: str, on: date) -> str:
    try:
        return f" {TimeLimit.objects.in_force(key, on=on).as_term()}"
    except TimeLimitMissing:
        return "法定期限"


WRITERS = {NOTICE: _notice, ENTRY: _entry, REFUSAL: _refusal, EXIT: _exit}
