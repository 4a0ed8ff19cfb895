"""Rules of repair and the words of letters: entered by administrators, dated. What stands is never edited.

A rule can be ended; a text gives way to the next edition from its day on.
"""

from django import forms
from django.contrib import admin

from accounts.admin import ByRole
from accounts.models import PROVINCE_ROLES, Role
from audit import services as audit
from audit.actions import Action
from repair import letters
from repair.models import LetterText, RepairRule


class Added(ByRole, admin.ModelAdmin):
    """Rows are added; of one that stands only `may_change` can be set."""

    viewers, editors = PROVINCE_ROLES, (Role.ADMINISTRATOR,)
    may_change: tuple[str, ...] = ()
    action: Action

    def get_readonly_fields(self, request, obj=None):
        names = [field.name for field in self.model._meta.fields if field.editable and field.name != "id"]
        return [name for name in names if name not in self.may_change] if obj else ()

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        values = {name: str(form.cleaned_data[name])[:200] for name in form.changed_data}
        audit.record(self.action, obj, actor=request.user, detail=values)


class LetterTextForm(forms.ModelForm):
    class Meta:
        model = LetterText
        fields = ("key", "edition", "title", "body", "in_force_from", "source", "evidence")

    def clean_body(self):
        """A text with a blank that nothing fills would stop the decision it is written for."""
        if wrong := letters.unknown_blanks(self.cleaned_data["body"]):
            raise forms.ValidationError(f"正文中的空格不能填写：{'、'.join(wrong)}。", code="blank_unknown")
        return self.cleaned_data["body"]


@admin.register(RepairRule)
class RepairRuleAdmin(Added):
    action = Action.REPAIRRULE_CHANGED
    may_change = ("decided_until",)
    list_display = ("key", "generation", "decided_from", "decided_until", "minimum_months", "is_repairable", "evidence")
    list_filter = ("generation", "evidence")


@admin.register(LetterText)
class LetterTextAdmin(Added):
    action = Action.LETTER_CHANGED
    form = LetterTextForm
    list_display = ("key", "edition", "title", "in_force_from", "evidence")
    list_filter = ("key",)
