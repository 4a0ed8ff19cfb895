"""Forms of the evaluation of places: a method is a line an indicator; an edition is a period of whole months."""

import re
from collections.abc import Iterator
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField

from evaluation.policy import DEFAULTS, FULL, INDICATORS, Indicator
from records.forms import DayField

MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)
# What a first draft proposes; whoever adopts it decides.
WEIGHTS = {"timely": 25, "compliant": 15, "codes": 10, "duties": 15, "feedback": 15, "cases": 10, DEFAULTS: 10}
EACH = 5


def _whole(label: str, initial: int, *, required: bool = False) -> forms.IntegerField:
    errors = {
        "invalid": "请填写整数。",
        "min_value": "请填写 1 至 100 的整数。",
        "max_value": "请填写 1 至 100 的整数。",
    }
    widget = forms.NumberInput({"class": "input"})
    return forms.IntegerField(
        label=label, min_value=1, max_value=FULL, initial=initial, required=required, widget=widget,
        error_messages=errors,
    )  # fmt: skip


class MethodForm(forms.Form):
    """A draft. An indicator whose weight is left empty is not part of the method."""

    use_required_attribute = False

    name = forms.CharField(label="名称", max_length=100, error_messages={"required": "请填写名称。"})
    text = forms.CharField(
        label="说明", widget=forms.Textarea, help_text="评价的目的、用途，结果怎样使用。",
        error_messages={"required": "请填写说明。"},
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for indicator in INDICATORS:
            weight = _whole(f"{indicator.name}：权重", WEIGHTS[indicator.kind])
            self.fields[f"{indicator.kind}_weight"] = weight
        self.fields["each"] = _whole("每条失信记录扣分", EACH)

    def head(self) -> list[BoundField]:
        return [self["name"], self["text"]]

    def lines(self) -> Iterator[tuple[Indicator, BoundField, BoundField | None]]:
        for indicator in INDICATORS:
            yield indicator, self[f"{indicator.kind}_weight"], self["each"] if indicator.kind == DEFAULTS else None

    def indicators(self) -> list[dict]:
        weights = {each.kind: self.cleaned_data[f"{each.kind}_weight"] for each in INDICATORS}
        each = {"each": self.cleaned_data["each"]}
        return [
            {"kind": kind, "weight": weight} | (each if kind == DEFAULTS else {})
            for kind, weight in weights.items()
            if weight is not None
        ]


class AdoptForm(forms.Form):
    use_required_attribute = False

    on = DayField(label="施行日期", required=True, error_messages={"required": "请填写施行日期。"})
    opinion = forms.CharField(
        label="批准意见", max_length=2000, widget=forms.Textarea, error_messages={"required": "请写明批准意见。"}
    )


class MonthField(forms.CharField):
    """A month as 2026-10; its first day."""

    def __init__(self, label: str):
        widget = forms.TextInput({"inputmode": "numeric", "placeholder": "2026-10", "autocomplete": "off"})
        super().__init__(label=label, max_length=7, widget=widget, error_messages={"required": "请填写月份。"})

    def clean(self, value):
        text = super().clean(value).strip()
        if not MONTH.fullmatch(text):
            raise ValidationError("月份应写作 2026-10。", code="month_invalid")
        year, month = map(int, text.split("-"))
        return date(year, month, 1)


class EditionForm(forms.Form):
    use_required_attribute = False

    since = MonthField("评价期自")
    until = MonthField("评价期至")


class IssueForm(forms.Form):
    use_required_attribute = False

    publish = forms.BooleanField(
        label="向社会公布", required=False, help_text="不勾选的，只有各部门和督导人员可以看到。印发以后不能改变。"
    )
