"""Rules of repair, the words of letters, real-name levels: entered by administrators. What stands is never edited.

A rule can be ended; a text gives way to the next edition from its day on; a level takes the values of another provider.
"""

from django import forms
from django.contrib import admin

from accounts.admin import ByRole
from accounts.models import PROVINCE_ROLES, Role
from audit import services as audit
from audit.actions import Action
from repair import letters
from repair.models import Act, LetterText, RealNameLevel, RepairRule


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


class RealNameLevelForm(forms.ModelForm):
    """Values of `acr` one a line, as providers write them; what a level is enough for, as boxes."""

    acr = forms.CharField(
        label="提供方的等级值（acr）", widget=forms.Textarea(attrs={"rows": 4}),
        help_text="一行一个，与身份认证平台令牌中的 acr 一字不差。一个值只能属于一个等级。",
    )  # fmt: skip
    allows = forms.MultipleChoiceField(
        label="可以办理", choices=Act.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = RealNameLevel
        fields = ("code", "name", "rank", "acr", "allows", "source", "evidence")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["acr"] = "\n".join(self.instance.acr or ())

    def clean_acr(self) -> list[str]:
        """A value two levels claim would let in whichever is found first."""
        values = list(dict.fromkeys(self.cleaned_data["acr"].split()))
        others = RealNameLevel.objects.exclude(pk=self.instance.pk)
        if taken := others.filter(acr__overlap=values).first():
            raise forms.ValidationError(f"有等级值已经属于“{taken}”。", code="acr_taken")
        if wrong := [value for value in values if len(value) > 100]:
            raise forms.ValidationError(f"等级值最长 100 个字符：{wrong[0][:20]}…", code="max_length")
        return values


@admin.register(RealNameLevel)
class RealNameLevelAdmin(Added):
    action = Action.REALNAMELEVEL_CHANGED
    form = RealNameLevelForm
    may_change = ("name", "acr", "allows", "source", "evidence")
    list_display = ("code", "name", "rank", "values", "allowed_words", "evidence")

    @admin.display(description="等级值（acr）")
    def values(self, level: RealNameLevel) -> str:
        return "、".join(level.acr)

    @admin.display(description="可以办理")
    def allowed_words(self, level: RealNameLevel) -> str:
        return "、".join(level.allowed) or "无"
