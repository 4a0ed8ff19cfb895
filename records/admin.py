"""Batches and records for those who review: lists whose rows lead to the office's own pages.

Administrators and auditors see none of it (T-12). A record is read on one page only, which writes down who read it.
"""

from django.contrib import admin
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html

from accounts.admin import ByRole, ReadOnly
from accounts.models import PROVINCE_ROLES, Role
from audit import services as audit
from audit.actions import Action
from catalogue.models import SubjectKind
from records.models import Batch, CoverageBase, Record, ReportingDuty


class LeadsToTheOffice(ReadOnly):
    """Scoped like every page, and without a page of its own for one row."""

    viewers = PROVINCE_ROLES
    route = ""

    def get_queryset(self, request):
        return self.model.objects.visible_to(request.user)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        rows = self.get_queryset(request) if self.has_view_permission(request) else self.model.objects.none()
        row = get_object_or_404(rows, pk=object_id)
        return redirect(self.route, row.public_id)

    def history_view(self, request, object_id, extra_context=None):
        return self.change_view(request, object_id)


@admin.register(Batch)
class BatchAdmin(LeadsToTheOffice, admin.ModelAdmin):
    route = "office:batch"
    list_display = (
        "__str__",
        "department",
        "source",
        "state",
        "rows_accepted",
        "rows_unchanged",
        "rows_rejected",
        "created_at",
    )
    list_filter = ("state", "source", "item")
    list_select_related = ("item", "department")


@admin.register(Record)
class RecordAdmin(LeadsToTheOffice, admin.ModelAdmin):
    route = "office:record"
    list_display = ("document_no", "subject_masked", "item", "department", "decided_on", "displayed_until", "state")
    list_filter = ("state", "item")
    list_select_related = ("item", "subject", "department")
    search_fields = ("=document_no",)

    @admin.display(description="主体")
    def subject_masked(self, record: Record) -> str:
        """Nothing of a person: lists that show persons leave a line for each, and this one is not among them."""
        is_person = record.subject.kind == SubjectKind.PERSON
        name = record.subject.get_kind_display() if is_person else record.subject_name
        return format_html('<a href="{}">{}</a>', reverse("office:record", args=[record.public_id]), name)


@admin.register(CoverageBase)
class CoverageBaseAdmin(ByRole, admin.ModelAdmin):
    """How many there are in a place, by year. What was entered stays; a newer year takes its place."""

    viewers, editors = PROVINCE_ROLES, (Role.ADMINISTRATOR,)
    list_display = ("region", "year", "adults", "organisations", "source")
    list_filter = ("year",)
    search_fields = ("region__name", "source")
    autocomplete_fields = ("region",)

    def get_readonly_fields(self, request, obj=None):
        return ("region", "year") if obj else ()

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        values = {name: str(form.cleaned_data[name]) for name in form.changed_data}
        audit.record(Action.COVERAGE_CHANGED, obj, actor=request.user, detail=values)


@admin.register(ReportingDuty)
class ReportingDutyAdmin(admin.ModelAdmin):
    """A duty is laid down or ended, never edited: zero reports and closed figures refer to it."""

    list_display = ("department", "item_code", "cycle", "in_force_from", "in_force_until", "source")
    list_filter = ("cycle", "item_code")
    search_fields = ("department__name", "item_code", "source")
    autocomplete_fields = ("department",)

    def get_readonly_fields(self, request, obj=None):
        return ("department", "item_code", "cycle", "in_force_from", "source") if obj else ()

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        values = {name: str(form.cleaned_data[name]) for name in form.changed_data}
        audit.record(Action.DUTY_CHANGED, obj, actor=request.user, detail=values)
