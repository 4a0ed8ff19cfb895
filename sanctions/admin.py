"""Texts of commitments, and the document and rules under which points are tried: entered by administrators, dated.

What stands is never edited: it ends, and a new row begins.
"""

from django.contrib import admin

from accounts.admin import ByRole
from accounts.models import PROVINCE_ROLES, Role
from audit import services as audit
from audit.actions import Action
from sanctions.models import CommitmentTemplate, PointsRule, PointsTrial


class Dated(ByRole, admin.ModelAdmin):
    """Only the last day of a row that stands can be set."""

    viewers, editors = PROVINCE_ROLES, (Role.ADMINISTRATOR,)
    action: Action

    def get_readonly_fields(self, request, obj=None):
        names = [field.name for field in self.model._meta.fields if field.editable and field.name != "id"]
        return [name for name in names if name != "in_force_until"] if obj else ()

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        values = {name: str(form.cleaned_data[name])[:200] for name in form.changed_data}
        audit.record(self.action, obj, actor=request.user, detail=values)


@admin.register(CommitmentTemplate)
class CommitmentTemplateAdmin(Dated):
    action = Action.TEMPLATE_CHANGED
    list_display = ("code", "edition", "name", "kind", "in_force_from", "in_force_until", "evidence")
    list_filter = ("kind",)


@admin.register(PointsTrial)
class PointsTrialAdmin(Dated):
    action = Action.TRIAL_CHANGED
    list_display = ("name", "document_no", "in_force_from", "in_force_until")


@admin.register(PointsRule)
class PointsRuleAdmin(Dated):
    action = Action.POINTSRULE_CHANGED
    list_display = ("code", "name", "points", "in_force_from", "in_force_until")
