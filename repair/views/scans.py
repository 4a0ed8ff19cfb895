"""Scans of a form, taken in one by one; each that is refused is told by its name."""

from django.forms import Form
from django.http import HttpRequest

from accounts.models import User
from deadlines.clock import today
from records.errors import Refused
from repair import services
from repair.models import Applicant, Evidence, Scan
from repair.uploads import refusal_of

FIELD, ON_PAPER = "scans", "书面材料扫描件"
AGAIN = "没有登记任何内容，请改好后重新选择全部文件。"


def take_in(request: HttpRequest, form: Form, *, by: User | Applicant, kind: str = ON_PAPER) -> list[Evidence]:
    """What came with the form, kept; where one of them is refused the form says so, and none is kept."""
    kept: list[Evidence] = []
    if refusal := refusal_of(request):
        form.add_error(FIELD, refusal.message)
        form.add_error(FIELD, AGAIN)
        return kept
    for upload in form.cleaned_data.get(FIELD, ()):
        try:
            evidence = services.add_evidence(upload, kind=kind, by=by, today=today())
        except Refused as refusal:
            form.add_error(FIELD, f"“{upload.name}”：{refusal.message}")
            continue
        kept.append(evidence)
        if evidence.scan == Scan.INFECTED:
            form.add_error(FIELD, f"“{evidence.name}”含有病毒，已隔离，不能提交。请清除病毒后重新扫描。")
    if form.errors:
        form.add_error(FIELD, AGAIN)
        give_back(kept, by=by)
    return kept


def give_back(kept: list[Evidence], *, by: User | Applicant) -> None:
    """Drop what was taken in for a request that was not made; what is infected stays in quarantine."""
    for evidence in kept:
        if evidence.scan != Scan.INFECTED and evidence.case_id is None:
            services.drop_evidence(evidence, by=by)
