"""The office's help: every flow of the work as its table has it, and how to do the things done every day."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from exchange import workflow as exchange_workflow
from records.flows import FLOWS, Flow
from repair import flows as repair
from sanctions import flows as sanctions

DELIVERY = Flow(
    "delivery",
    "国家平台报送",
    "公示的记录逐批报送国家平台；没有收到答复的先查询，再决定是否重报。",
    exchange_workflow.DeliveryState,
    exchange_workflow.TRANSITIONS,
    exchange_workflow.WORDS,
)
ALL_FLOWS = (*FLOWS, *sanctions.FLOWS, *repair.FLOWS, DELIVERY)
# Address → title; the words stand in templates/office/help/.
TOPICS = {
    "send-file": "如何报送文件",
    "correct": "如何更正记录",
    "withdraw": "如何撤回记录",
    "zero-report": "如何作零报告",
    "special-query": "如何申请特殊查询",
}


@require_safe
def flows(request):
    context = {
        "flows": ALL_FLOWS,
        "topics": [(reverse("office:help-topic", args=[key]), title) for key, title in TOPICS.items()],
        "crumbs": [("待办", reverse("office:home")), ("业务流程", "")],
    }
    return render(request, "office/help/flows.html", context)


@require_safe
def topic(request, topic):
    if topic not in TOPICS:
        raise Http404
    title = TOPICS[topic]
    crumbs = [("待办", reverse("office:home")), ("业务流程", reverse("office:help")), (title, "")]
    return render(request, f"office/help/{topic}.html", {"title": title, "crumbs": crumbs})
