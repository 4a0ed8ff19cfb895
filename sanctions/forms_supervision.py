"""Forms of classed supervision: a method is filled in as a table, one line a kind of input."""

from collections.abc import Iterator

from django import forms
from django.forms import BoundField

from catalogue.models import KeyField
from records.forms import ANY, DayField, FilterForm
from sanctions.grading import ADDING, OF_TODAY
from sanctions.models import Grade, InputKind
from sanctions.services.supervision import Design

THRESHOLDS = {"A": 90, "B": 75, "C": 60}
RATES = {"A": 1, "B": 3, "C": 10, "D": 30}


def _whole(label: str, least: int, most: int, **options) -> forms.IntegerField:
    errors = {"invalid": "请填写整数。", "required": "请填写。"}
    widget = forms.NumberInput({"class": "input"})
    limits = {"min_value": least, "max_value": most}
    return forms.IntegerField(label=label, widget=widget, error_messages=errors, **limits, **options)


class MethodForm(forms.Form):
    """A draft. An input whose points are left empty is not part of the method."""

    use_required_attribute = False

    field = forms.ModelChoiceField(
        label="领域", queryset=KeyField.objects.filter(field_set="industry"), to_field_name="code",
        empty_label="请选择",
        error_messages={"required": "请选择领域。"},
    )  # fmt: skip
    name = forms.CharField(label="名称", max_length=100, error_messages={"required": "请填写名称。"})
    text = forms.CharField(
        label="说明", widget=forms.Textarea, help_text="向社会公布：为什么这样分类、怎样使用、有异议找谁。",
        error_messages={"required": "请填写说明。"},
    )  # fmt: skip
    base = _whole("基础分", 0, 100, initial=90)
    valid_months = _whole("分类结果有效期（月）", 1, 24, initial=12)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for kind in InputKind:
            least, most = (1, 100) if kind in ADDING else (-100, -1)
            self.fields[f"{kind.value}_weight"] = _whole(f"{kind.label}：每次的分值", least, most, required=False)
            self.fields[f"{kind.value}_cap"] = _whole(f"{kind.label}：合计至多", 1, 100, initial=30)
            if kind not in OF_TODAY:
                self.fields[f"{kind.value}_months"] = _whole(f"{kind.label}：回看月数", 1, 60, initial=36)
        for grade, least in THRESHOLDS.items():
            self.fields[f"line_{grade}"] = _whole(f"{grade} 类的最低分", 1, 100, initial=least)
        for grade, share in RATES.items():
            self.fields[f"rate_{grade}"] = _whole(f"{grade} 类的年度抽查比例（%）", 0, 100, initial=share)

    def head(self) -> list[BoundField]:
        return [self[name] for name in ("field", "name", "text", "base", "valid_months")]

    def lines(self) -> Iterator[tuple[InputKind, bool, BoundField, BoundField, BoundField | None]]:
        for kind in InputKind:
            months = None if kind in OF_TODAY else self[f"{kind.value}_months"]
            yield kind, kind in ADDING, self[f"{kind.value}_weight"], self[f"{kind.value}_cap"], months

    def grades(self) -> Iterator[tuple[Grade, BoundField | None, BoundField]]:
        for grade in Grade:
            yield grade, self[f"line_{grade}"] if grade in THRESHOLDS else None, self[f"rate_{grade}"]

    def design(self) -> Design:
        data = self.cleaned_data
        inputs = [
            {
                "kind": kind.value,
                "weight": data[f"{kind.value}_weight"],
                "cap": data[f"{kind.value}_cap"],
                "months": data.get(f"{kind.value}_months", 0),
            }
            for kind in InputKind
            if data[f"{kind.value}_weight"] is not None
        ]
        return Design(
            data["name"], data["text"], inputs, {grade: data[f"line_{grade}"] for grade in THRESHOLDS},
            {grade: data[f"rate_{grade}"] for grade in RATES}, data["base"], data["valid_months"],
        )  # fmt: skip


class AdoptForm(forms.Form):
    use_required_attribute = False

    on = DayField(label="施行日期", required=True, error_messages={"required": "请填写施行日期。"})
    opinion = forms.CharField(
        label="批准意见", max_length=2000, widget=forms.Textarea, error_messages={"required": "请写明批准意见。"}
    )


class ClassFilterForm(FilterForm):
    grade = forms.ChoiceField(label="类别", required=False, choices=[ANY, *Grade.choices])
    name = forms.CharField(label="名称", required=False, max_length=100)
