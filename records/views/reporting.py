"""报送设置: what a department agrees on for all its batches."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from records import services
from records.forms import ReportingForm
from records.services.batches import require_right
from records.services.receiving import reporting_setting
from records.views.batches import own_department


@require_http_methods(["GET", "HEAD", "POST"])
def reporting(request):
    """Read by everybody who reports for the department, changed by its lead."""
    department = own_department(request.user)
    setting = reporting_setting(department)
    may_change = request.user.has_perm("accounts.correct_department", department)
    form = ReportingForm(request.POST or None, initial={"policy": setting.policy, "commit": setting.commit})
    if request.method == "POST":
        require_right(request.user, "correct", department)
        if form.is_valid():
            services.change_reporting_setting(department, actor=request.user, **form.cleaned_data)
            messages.success(request, "报送设置已保存，从下一个批次起生效。")
            return redirect("office:reporting")
    context = {
        "form": form,
        "setting": setting,
        "may_change": may_change,
        "section": "batches",
        "crumbs": [("待办", "/office/"), ("报送", "/office/batches/"), ("报送设置", "")],
    }
    return render(request, "office/reporting.html", context)
