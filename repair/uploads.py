"""Scans on their way in: what is too large is refused while it arrives, and the rest of it is not read."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.files.uploadhandler import StopUpload
from django.http import HttpRequest
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from records.errors import Refused
from records.uploads import MemoryUploadHandler
from repair.services.evidence import too_large


class EvidenceUploadHandler(MemoryUploadHandler):
    """Keeps each file in memory, and stops listening at the first one above the limit, or when all are too much."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        is_too_large = self.size + len(raw_data) > settings.EVIDENCE_LIMIT_BYTES
        if is_too_large or self.received > settings.UPLOAD_LIMIT_BYTES:
            self.request.META[REFUSED] = "file" if is_too_large else "all"
            raise StopUpload(connection_reset=True)
        super().receive_data_chunk(raw_data, start)


REFUSED = "repair.upload_refused"


def refusal_of(request: HttpRequest) -> Refused | None:
    """Why the files of this request were not read to their end; None where they were."""
    why = request.META.get(REFUSED)
    if why == "all":
        return Refused("一次上传的文件太多。请分几次上传。", code="evidence_too_large")
    return too_large() if why else None


def takes_scans(view: Callable) -> Callable:
    """A view whose files come by the handler above. It has to be chosen before the CSRF token is looked for."""
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def taking(request: HttpRequest, *args, **kwargs):
        request.upload_handlers = [EvidenceUploadHandler(request)]
        return protected(request, *args, **kwargs)

    return taking
