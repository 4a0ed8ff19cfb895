"""What the auditor fills in."""

from django import forms

from audit.models import Assessment, Incident


def _day() -> forms.DateInput:
    attributes = {"placeholder": "2026-11-03", "inputmode": "numeric", "autocomplete": "off"}
    return forms.DateInput(attributes, format="%Y-%m-%d")


class DecisionForm(forms.Form):
    """An auditor's word on an alarm or a drawn reading: fine, or a matter for the register of incidents."""

    outcome = forms.ChoiceField(label="判定", widget=forms.RadioSelect, error_messages={"required": "请选择判定。"})
    note = forms.CharField(
        label="理由",
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text="写明核对了什么。不写个人姓名和证件号码。",
        error_messages={"required": "请写明理由。"},
    )
    incident = forms.ModelChoiceField(
        label="归入的事件",
        queryset=Incident.objects.none(),
        required=False,
        empty_label="登记为新的事件",
        help_text="只在判定为不正当或者转为事件时使用。",
    )

    def __init__(self, *args, outcomes: list[tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = outcomes
        self.fields["incident"].queryset = Incident.objects.filter(state=Incident.State.OPEN)


class IncidentForm(forms.ModelForm):
    """What is known of an incident so far; what must stand in it before it can be closed, the page says."""

    class Meta:
        model = Incident
        fields = (
            "kind",
            "found_on",
            "happened_on",
            "summary",
            "information",
            "affected",
            "cause",
            "harm",
            "measures",
            "persons_told_on",
            "authority_told_on",
            "notice",
        )
        widgets = {
            **{name: _day() for name in ("found_on", "happened_on", "persons_told_on")},
            "authority_told_on": _day(),
            **{name: forms.Textarea({"rows": 3}) for name in ("summary", "cause", "harm", "measures", "notice")},
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "请选择"), *Incident.Kind.choices]


class AssessmentForm(forms.ModelForm):
    class Meta:
        model = Assessment
        fields = ("title", "made_on", "lawful", "impact", "protection", "conclusion")
        widgets = {
            "made_on": _day(),
            **{name: forms.Textarea({"rows": 3}) for name in ("lawful", "impact", "protection", "conclusion")},
        }
