"""Progress by number and check code, for who holds a receipt. Nothing is told of persons and of records."""

from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from deadlines.clock import today
from repair import services
from repair.forms_progress import ReceiptForm
from repair.services.progress import TOO_MANY, ReceiptRefused
from repair.views import standing

CRUMBS = [("首页", "/"), ("信用服务", "/services/"), ("办理进度", "")]


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("check_code")
@sensitive_variables("form")
@never_cache
def progress(request):
    """The receipt is asked for by POST, so that neither history nor logs keep it."""
    form = ReceiptForm(request.POST if request.method == "POST" else None)
    context, status = {"form": form, "section": "progress", "crumbs": CRUMBS}, 200
    if request.method == "POST":
        if form.is_valid():
            address = request.META.get("REMOTE_ADDR", "")
            try:
                case = services.look_up(**form.cleaned_data, address=address)
                context |= {"form": ReceiptForm(), "case": case, "standing": standing.of(case, on=today())}
            except ReceiptRefused as refusal:
                form.add_error(None, refusal.message)
                status = 429 if refusal.code == TOO_MANY else 404
        else:
            status = 400
    answer = render(request, "my/progress.html", context, status=status)
    answer["X-Robots-Tag"] = "noindex, noarchive"
    return answer
