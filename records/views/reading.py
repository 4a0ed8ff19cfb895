"""For what somebody reads persons' data: asked once a day of those who see the whole province, kept in the session."""

from django import forms
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from records.services.readings import Reader

KEY = "reading_purpose"
PURPOSES = (
    ("quality", "核查数据质量"),
    ("objection", "办理异议、信用修复"),
    ("complaint", "核查投诉、举报"),
    ("inspection", "监督检查"),
    ("other", "其他职责"),
)


class PurposeForm(forms.Form):
    kind = forms.ChoiceField(
        label="用途", choices=PURPOSES, widget=forms.RadioSelect, error_messages={"required": "请选择用途。"}
    )
    matter = forms.CharField(
        label="事项",
        max_length=200,
        min_length=4,
        help_text="例如任务名称或者受理编号，不写个人姓名和证件号码。审计员会抽查。",
        error_messages={"required": "请写明事项。", "min_length": "请写得具体一些。"},
    )


def reader_of(request) -> Reader:
    """Who reads, with the purpose stated today in this session."""
    stated = request.session.get(KEY, {})
    purpose = stated.get("text", "") if stated.get("on") == timezone.localdate().isoformat() else ""
    return Reader(request.user, purpose)


@require_http_methods(["GET", "HEAD", "POST"])
def purpose(request):
    """Ask what for, then go on where the reader was stopped. Others than province-wide readers may say it too."""
    after = request.POST.get("next") or request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(after, allowed_hosts=None):
        after = "/office/records/"
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        words = dict(PURPOSES)[form.cleaned_data["kind"]]
        request.session[KEY] = {
            "text": f"{words}：{form.cleaned_data['matter']}",
            "on": timezone.localdate().isoformat(),
        }
        return redirect(after)
    context = {
        "form": form,
        "next": after,
        "stated": reader_of(request).purpose,
        "section": "records",
        "crumbs": [("待办", "/office/"), ("查阅用途", "")],
    }
    return render(request, "office/purpose.html", context)
