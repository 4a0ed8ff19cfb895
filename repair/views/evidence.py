"""A file handed in with a case, shown or downloaded; that it was read stands in the trail before it is sent."""

from pathlib import Path

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from audit import services as audit
from audit.actions import Action
from records import storage
from records.services.readings import Reader, note_readings
from records.views.reading import reader_of
from repair.models import Case, Evidence, Scan

# Shown inside the page; everything else is only downloaded, so that no browser runs what an applicant sent.
PICTURES = ("image/png", "image/jpeg")
INLINE = (*PICTURES, "application/pdf")
# A browser's own PDF reader styles its page; nothing else may be loaded, and only our pages frame it.
POLICY = {"frame-ancestors": [SELF], "object-src": [SELF], "style-src": [SELF, UNSAFE_INLINE], "script-src": None}


def reader_for(request, case: Case) -> Reader:
    """Whoever works on a case reads for that case; the number is the purpose."""
    purpose = reader_of(request).purpose or f"办理{case.get_kind_display()}：{case.number}"
    return Reader(request.user, purpose)


@require_safe
@xframe_options_sameorigin
@csp_replace(POLICY)
@transaction.atomic
def evidence(request, public_id):
    """The file as it was handed in. What the virus scan found infected is never sent."""
    found = Evidence.objects.filter(case__in=Case.objects.visible_to(request.user)).select_related("case__subject")
    shown = get_object_or_404(found.exclude(stored_as="").exclude(scan=Scan.INFECTED), public_id=public_id)
    case, detail = shown.case, {"evidence": str(shown.public_id), "case": shown.case.number}
    if case.subject:  # of a person, it is one more reading of their data
        reader = reader_for(request, case)
        note_readings(Action.SUBJECT_VIEWED, [case.subject], reader=reader, fields=["evidence"], detail=detail)
    audit.record(Action.EVIDENCE_VIEWED, case, actor=request.user, detail=detail)
    is_inline = shown.media_type in INLINE and "download" not in request.GET
    answer = HttpResponse(_content(shown), content_type=shown.media_type if is_inline else "application/octet-stream")
    answer["Content-Disposition"] = content_disposition_header(not is_inline, shown.name)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def _content(shown: Evidence) -> bytes:
    try:
        with storage.opened(shown.stored_as) as path:
            return Path(path).read_bytes()
    except FileNotFoundError as error:
        raise Http404 from error
