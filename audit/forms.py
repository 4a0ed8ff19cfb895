"""What the auditor fills in."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as InvalidNumber

from audit.models import Assessment, FollowUp, Incident, Inspection, MonitoredInstitution


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
            "unit",
            "basis",
            "result",
        )
        widgets = {
            **{name: _day() for name in ("found_on", "happened_on", "persons_told_on")},
            "authority_told_on": _day(),
            **{
                name: forms.Textarea({"rows": 3})
                for name in ("summary", "cause", "harm", "measures", "notice", "result")
            },
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "请选择"), *Incident.Kind.choices]

    def clean(self):
        said = super().clean()
        if said.get("kind") == Incident.Kind.INFRINGEMENT and not said.get("unit"):
            self.add_error("unit", "侵害信用主体合法权益的，请写明责任单位。")
        return said

    def lacks_to_close(self) -> list[tuple[str, str]]:
        """What has to stand in a valid form before the incident is closed: field and sentence."""
        said, lacking = self.cleaned_data, []
        if not (said["measures"] and said["notice"]):
            lacking.append(("notice", "办结之前，请写明补救措施，以及通知、报告的内容或者不通知的理由。"))
        if said["kind"] == Incident.Kind.INFRINGEMENT and not (said["basis"] and said["result"]):
            lacking.append(("result", "办结之前，请写明追究责任的依据和处理结果。"))
        return lacking


class AssessmentForm(forms.ModelForm):
    class Meta:
        model = Assessment
        fields = ("title", "made_on", "lawful", "impact", "protection", "conclusion")
        widgets = {
            "made_on": _day(),
            **{name: forms.Textarea({"rows": 3}) for name in ("lawful", "impact", "protection", "conclusion")},
        }


class InstitutionForm(forms.ModelForm):
    class Meta:
        model = MonitoredInstitution
        fields = ("name", "uscc", "field", "reason", "authority", "since")
        widgets = {"since": _day(), "reason": forms.Textarea({"rows": 3})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = [("", "请选择"), *MonitoredInstitution.Field.choices]

    def clean_uscc(self) -> str:
        """Strict form and check digit (GB 32100); nobody is on the register twice."""
        try:
            code = uscc.validate(self.cleaned_data["uscc"].strip().upper())
        except InvalidNumber as error:
            raise ValidationError("不符合统一社会信用代码校验规则。请核对 18 位代码。", code="uscc_invalid") from error
        if MonitoredInstitution.objects.monitored().filter(uscc=code).exists():
            raise ValidationError("这个单位已经在重点监控之列。", code="institution_monitored_already")
        return code


class InspectionForm(forms.ModelForm):
    """What an inspection found; a term belongs to an order to rectify, an authority to what is passed on."""

    class Meta:
        model = Inspection
        fields = ("made_on", "made_by", "findings", "result", "due_on", "transferred_to")
        widgets = {
            "made_on": _day(),
            "due_on": _day(),
            "findings": forms.Textarea({"rows": 4}),
            "result": forms.RadioSelect,
        }

    def __init__(self, *args, since: datetime.date, today: datetime.date, **kwargs):
        super().__init__(*args, **kwargs)
        self.since, self.today = since, today
        self.fields["result"].choices = Inspection.Result.choices

    def clean_made_on(self) -> datetime.date:
        return _between(self.cleaned_data["made_on"], self.since, self.today)

    def clean(self) -> dict:
        cleaned = super().clean()
        result, made_on = cleaned.get("result"), cleaned.get("made_on")
        _term(self, wanted=result == Inspection.Result.RECTIFY, not_before=made_on)
        if result == Inspection.Result.TRANSFERRED and not cleaned.get("transferred_to"):
            self.add_error("transferred_to", ValidationError("请填写移送机关。", code="required"))
        if result != Inspection.Result.TRANSFERRED:
            cleaned["transferred_to"] = ""
        return cleaned


class FollowUpForm(forms.ModelForm):
    class Meta:
        model = FollowUp
        fields = ("made_on", "outcome", "due_on", "note")
        widgets = {
            "made_on": _day(),
            "due_on": _day(),
            "note": forms.Textarea({"rows": 3}),
            "outcome": forms.RadioSelect,
        }

    def __init__(self, *args, since: datetime.date, term: datetime.date, today: datetime.date, **kwargs):
        super().__init__(*args, **kwargs)
        self.since, self.term, self.today = since, term, today
        self.fields["outcome"].choices = FollowUp.Outcome.choices

    def clean_made_on(self) -> datetime.date:
        return _between(self.cleaned_data["made_on"], self.since, self.today)

    def clean(self) -> dict:
        cleaned = super().clean()
        wanted = cleaned.get("outcome") == FollowUp.Outcome.EXTENDED
        latest = max(day for day in (self.term, cleaned.get("made_on")) if day)
        _term(self, wanted=wanted, not_before=latest + datetime.timedelta(days=1))
        return cleaned


class ReleaseForm(forms.Form):
    until = forms.DateField(label="移出日期", widget=_day(), error_messages={"required": "请填写移出日期。"})
    reason = forms.CharField(
        label="移出原因",
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "请写明移出原因。"},
    )

    def __init__(self, *args, since: datetime.date, today: datetime.date, **kwargs):
        super().__init__(*args, **kwargs)
        self.since, self.today = since, today

    def clean_until(self) -> datetime.date:
        return _between(self.cleaned_data["until"], self.since, self.today)


class RegisterFilterForm(forms.Form):
    """Narrows the register of monitored institutions; whatever it does not know narrows nothing."""

    field = forms.ChoiceField(label="领域", choices=[("", "全部"), *MonitoredInstitution.Field.choices], required=False)
    state = forms.ChoiceField(
        label="状态",
        choices=[("", "全部"), ("monitored", "监控中"), ("overdue", "整改逾期"), ("released", "已移出")],
        required=False,
    )

    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def _between(day: datetime.date, first: datetime.date, last: datetime.date) -> datetime.date:
    if not first <= day <= last:
        raise ValidationError(f"日期应在 {first} 至 {last} 之间。", code="date_out_of_range")
    return day


def _term(form: forms.ModelForm, *, wanted: bool, not_before: datetime.date | None) -> None:
    """A term where one is wanted and nowhere else, not before the day given."""
    cleaned = form.cleaned_data
    if not wanted:
        cleaned["due_on"] = None
    elif cleaned.get("due_on") is None:
        if "due_on" not in form.errors:
            form.add_error("due_on", ValidationError("请填写整改期限。", code="required"))
    elif not_before and cleaned["due_on"] < not_before:
        form.add_error("due_on", ValidationError(f"整改期限不能早于 {not_before}。", code="term_too_early"))
