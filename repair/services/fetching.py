"""What departments have reported already is looked up by the platform, not asked for from the subject."""

from records.models import Record
from records.workflow import RECORD_LIVE
from repair.guidance import explain_way
from repair.models import Applicant, Case, Evidence, Scan
from repair.models.cases import Way

AT_MOST = 20
FETCHED = "平台调取"
# What of a record tells that something was performed, by item: a field of the catalogue.
TELLING = {"XYCN": "fulfillmentStatus", "SFPJ": "SFPJ_LX", "ZYFW": "ZYFW_SC"}
UNITS = {"ZYFW": "小时"}


def facts_held(record: Record, *ways: str) -> list[dict[str, str]]:
    """What is held about the subject that speaks for one of these ways: [{"name", "source"}], the newest first."""
    items = {item for way in ways if way in Way.values for item in explain_way(way, article="").fetches}
    held = Record.objects.filter(subject=record.subject, item_code__in=items, state__in=RECORD_LIVE)
    found = held.exclude(pk=record.pk).select_related("item", "department").order_by("-decided_on", "-pk")
    return [{"name": _named(each), "source": str(each.department)} for each in found[:AT_MOST]] if items else []


def _named(record: Record) -> str:
    told = record.values.get(TELLING.get(record.item_code, ""), "")
    said = f"：{told}{UNITS.get(record.item_code, '')}" if told else ""
    return f"{record.item.name} {record.document_no}{said}"[:255]


def fetch_into(case: Case, *, by: Applicant) -> list[Evidence]:
    """Put what is held with a case of repair, each with where it comes from. Part of the transaction that opens it."""
    if case.record is None or not case.way:
        return []
    return [
        Evidence.objects.create(
            case=case, kind=FETCHED, name=fact["name"], is_fetched=True, fetched_from=fact["source"],
            scan=Scan.CLEAN, added_by_applicant=by,
        )
        for fact in facts_held(case.record, case.way)
    ]  # fmt: skip
