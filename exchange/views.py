"""What the national platform gave back, on the list of the department it came from."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from deadlines.clock import today
from exchange import services
from exchange.models import Handover
from records.services.batches import require_right
from records.views.lists import page_of, record_lines
from records.views.reading import reader_of

RECORD = ("record__item", "record__subject", "record__department")


@require_safe
def refusal_list(request):
    refused = Handover.objects.visible_to(request.user).refused().select_related(*RECORD)
    page = page_of(refused.order_by("-updated_at", "-pk"), request)
    departments = {handover.record.department for handover in page}
    own = {each.pk for each in departments if request.user.has_perm("accounts.report_department", each)}
    lines = record_lines([handover.record for handover in page], reader=reader_of(request), on=today())
    rows = [(h, line, h.record.department_id in own) for h, line in zip(page, lines, strict=True)]
    context = {
        "page": page,
        "rows": rows,
        "section": "refusals",
        "crumbs": [("待办", "/office/"), ("国家平台退回", "")],
    }
    return render(request, "office/refusals.html", context)


@require_POST
def resend(request, public_id):
    """Try one row again as it is. Sent twice it does no harm: the second time there is nothing refused to send."""
    handovers = Handover.objects.visible_to(request.user).select_related("record__department")
    handover = get_object_or_404(handovers, record__public_id=public_id)
    require_right(request.user, "report", handover.record.department)
    if Handover.objects.refused().filter(pk=handover.pk).exists():
        services.resend(handover, actor=request.user)
    messages.success(request, "已重新排队，稍后向国家平台发送。")
    return redirect("office:refusals")
