"""Rows of lists: what stands in one line about a subject or a record (components/result_row.html, record_row.html)."""

from collections import defaultdict

from disclosure.explaining import WITHOUT_END
from disclosure.models import PublicListing, PublicRecord, PublicSubject
from disclosure.order import rank
from disclosure.redaction import redact
from disclosure.regions import full_names
from records.models import Standing

DISPUTED_BADGE = {"kind": "info", "icon": "pause", "label": "异议核查中"}
RESTORED_BADGE = {"kind": "info", "icon": "info", "label": "修复被撤销"}


def record_row(record: PublicRecord, *, about: bool = False) -> dict:
    """One record in a line; `about` puts the subject's name first, where the page is not about one subject."""
    title, document_no = redact(record.title), redact(record.document_no)
    return {
        "url": record.get_absolute_url(),
        "title": record.subject_name if about else title,
        "document_no": f"{title}　{document_no}" if about else document_no,
        "department": record.authority,
        "decided_on": record.decided_on,
        "displayed_until": record.displayed_until,
        "is_lasting": record.displayed_until >= WITHOUT_END,
        "state": _badge(record),
    }


def _badge(record: PublicRecord) -> dict | None:
    if record.is_disputed:
        return DISPUTED_BADGE
    return RESTORED_BADGE if record.restored_on else None


def subject_rows(ids: list[int], former: dict[int, str]) -> list[dict]:
    """Subjects in the order of `ids`, each with what there is about it and its latest honour.

    `former` holds the former names by which some of them were found.
    """
    subjects = PublicSubject.objects.defer("bigrams").in_bulk(ids)
    summaries, honours = _summaries(ids), honours_of(ids)
    regions = full_names(subject.region_code for subject in subjects.values())
    return [
        {
            "url": subject.get_absolute_url(),
            "name": subject.legal_name,
            "code": subject.uscc,
            "former": former.get(subject.pk, ""),
            "standing": "" if subject.standing == Standing.ACTIVE else subject.get_standing_display(),
            "region": regions.get(subject.region_code),
            "summary": summaries.get(subject.pk, "目前没有公示中的信息"),
            "honour": honours[subject.pk][0] if subject.pk in honours else None,
        }
        for subject in (subjects[id] for id in ids if id in subjects)
    ]


def _summaries(ids: list[int]) -> dict[int, str]:
    counts = defaultdict(list)
    for row in PublicRecord.objects.counted_by_item(ids):
        counts[row["subject_id"]].append(row)
    return {
        id: "，".join(
            f"{row['item_name']} {row['total']} 条"
            for row in sorted(rows, key=lambda r: rank(r["category"], r["is_adverse"], r["item_name"]))
        )
        for id, rows in counts.items()
    }


def honours_of(ids: list[int]) -> dict[int, list[str]]:
    """The names of the honours of each subject, latest first, each once."""
    found: dict[int, list[str]] = defaultdict(list)
    for id, name in PublicListing.objects.honours_of(ids).values_list("subject_id", "list_name"):
        if name not in found[id]:
            found[id].append(name)
    return dict(found)
