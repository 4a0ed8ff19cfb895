"""Forms of points: opting in at a counter, and adding what a good deed earns."""

from django import forms

from records.identity import PERSON_ID_KINDS
from sanctions.models import PointsRule
from sanctions.services.listings import Named


class OptInForm(forms.Form):
    use_required_attribute = False

    name = forms.CharField(label="姓名", max_length=50, error_messages={"required": "请填写姓名。"})
    number_kind = forms.ChoiceField(label="证件类型", choices=[(name, name) for name in PERSON_ID_KINDS])
    number = forms.CharField(
        label="证件号码",
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        error_messages={"required": "请填写证件号码。"},
    )
    consent_no = forms.CharField(
        label="同意书编号",
        max_length=100,
        help_text="本人签署的同意书。没有本人同意的不办理。",
        error_messages={"required": "请填写同意书编号。"},
    )

    def named(self) -> Named:
        data = self.cleaned_data
        return Named("person", data["name"], data["number"].strip().upper(), data["number_kind"])


class EarnForm(forms.Form):
    use_required_attribute = False

    rule = forms.ModelChoiceField(
        label="事项",
        queryset=PointsRule.objects.none(),
        empty_label="请选择",
        error_messages={"required": "请选择事项。"},
    )
    reason = forms.CharField(
        label="事由",
        max_length=300,
        help_text="写给本人看：什么时候、做了什么。",
        error_messages={"required": "请写明事由。"},
    )

    def __init__(self, *args, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["rule"].queryset = PointsRule.objects.in_force(on=on)
