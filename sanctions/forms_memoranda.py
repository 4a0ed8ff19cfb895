"""Forms of the register of memoranda: the filter, a draft and its measures, the second person's word."""

from django import forms

from catalogue.models import LegalBasis, SourceLine, SubjectKind
from records.forms import ANY, DayField, FilterForm
from sanctions.models import Force, ListKind, Measure, MeasureKind, Memorandum, MemorandumKind
from sanctions.workflow import MemorandumState

CHOOSE = ("", "请选择")
CODE = r"^[A-Z][A-Z0-9-]{1,19}$"


class MemorandumFilterForm(FilterForm):
    kind = forms.ChoiceField(label="类别", required=False, choices=[ANY, *MemorandumKind.choices])
    state = forms.ChoiceField(label="状态", required=False, choices=[ANY, *MemorandumState.choices])
    q = forms.CharField(label="名称、文号或者牵头单位", required=False, max_length=100)


def line_choices() -> list[tuple[str, str]]:
    return [("", "不下达任务"), *SourceLine.objects.exclude(code="PT").values_list("code", "name")]


def list_choices() -> list[tuple[str, str]]:
    return list(dict(ListKind.objects.order_by("code").values_list("code", "name")).items())


class MemorandumForm(forms.ModelForm):
    """What a draft says of itself. Signatories stand one a line, each with the line of departments that acts for it."""

    use_required_attribute = False

    list_codes = forms.MultipleChoiceField(
        label="适用名单",
        choices=list_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="列入其中任何一个名单的主体，都会发起这份备忘录的联合奖惩。",
    )
    signatories = forms.CharField(
        label="签署单位",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="每行一个单位；由哪个条线的部门代表，写在后面，用空格隔开，例如“财政部 CZT”。",
    )

    class Meta:
        model = Memorandum
        fields = ("name", "kind", "lead", "document_no", "month", "objects_text", "procedure", "list_codes")
        widgets = {"month": forms.TextInput(attrs={"placeholder": "2016-12"})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("name", "lead", "kind"):
            self.fields[name].error_messages["required"] = f"请填写{self.fields[name].label}。"
        self.fields["kind"].choices = [CHOOSE, *MemorandumKind.choices]
        if self.instance.pk and "signatories" not in self.initial:
            rows = self.instance.signatories.all()
            self.initial["signatories"] = "\n".join(f"{row.name} {row.line}".strip() for row in rows)

    def clean_signatories(self) -> list[tuple[str, str]]:
        lines = set(SourceLine.objects.values_list("code", flat=True))
        found: dict[str, str] = {}
        for text in filter(None, map(str.strip, self.cleaned_data["signatories"].splitlines())):
            name, _, line = text.rpartition(" ")
            name, line = (name.strip(), line) if name and line in lines else (text, "")
            if name in found:
                raise forms.ValidationError(f"“{name}”写了两次。", code="signatory_twice")
            found[name] = line
        return list(found.items())

    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class NewMemorandumForm(MemorandumForm):
    code = forms.RegexField(
        CODE,
        label="编号",
        help_text="大写字母开头，用大写字母、数字和连字符，以后不再更改。",
        error_messages={"invalid": "编号由大写字母、数字和连字符组成，以字母开头。", "required": "请填写编号。"},
    )
    source = forms.CharField(
        label="来源", max_length=200, help_text="文本出自哪里。", error_messages={"required": "请写明来源。"}
    )

    field_order = ["code"]

    def values(self) -> dict:
        return super().values() | {"source": self.cleaned_data["source"], "evidence": "to_be_verified"}


class MeasureForm(forms.ModelForm):
    """One measure of a draft. Whether it is lawful the verb says."""

    use_required_attribute = False

    line = forms.ChoiceField(
        label="实施条线",
        choices=line_choices,
        required=False,
        help_text="任务下达给主体所在地的这一条线的部门。",
    )
    subject_kinds = forms.MultipleChoiceField(
        label="对象",
        choices=SubjectKind.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择对象。"},
    )
    legal_basis = forms.ModelChoiceField(
        LegalBasis.objects.order_by("title", "article"), label="法律依据", required=False, empty_label="没有"
    )
    responsible_basis = forms.ModelChoiceField(
        LegalBasis.objects.order_by("title", "article"), label="落实到人的依据", required=False, empty_label="没有"
    )

    class Meta:
        model = Measure
        fields = (
            "text", "kind", "force", "addressee", "implementer", "line", "legal_basis", "basis_text", "subject_kinds",
            "on_responsible", "responsible_basis", "national", "incentive", "condition", "evidence",
        )  # fmt: skip
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "force": "没有法律依据的不能是强制性的；银行、信用服务机构、协会和媒体的只能仅供参考。",
            "on_responsible": "只对记录载明的法定代表人、主要负责人和直接责任人员，不对单位。",
            "basis_text": "与法律依据不同的条款写在这里。",
            "condition": "只对一部分主体适用的，写明条件。",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [CHOOSE, *MeasureKind.choices]
        self.fields["force"].choices = [CHOOSE, *Force.choices]

    def _get_validation_exclusions(self):
        """Checks across columns are the verb's: it says them with their codes."""
        return {*super()._get_validation_exclusions(), "memorandum", "number"}

    def validate_constraints(self):
        """The verb refuses with a sentence and a code; the database holds the same."""

    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class DecisionForm(forms.Form):
    use_required_attribute = False

    decision = forms.ChoiceField(
        label="复核",
        choices=[("approve", "批准"), ("return", "退回修改")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择复核意见。"},
    )
    in_force_from = DayField(label="生效日期", help_text="批准的填写，不早于今天。措施不溯及既往。")
    opinion = forms.CharField(
        label="意见",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明意见。"},
    )

    def clean(self):
        data = super().clean()
        if data.get("decision") == "approve" and not data.get("in_force_from") and "in_force_from" not in self.errors:
            self.add_error("in_force_from", forms.ValidationError("请填写生效日期。", code="required"))
        return data


class RepealForm(forms.Form):
    use_required_attribute = False

    reason = forms.CharField(
        label="终止的理由",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明终止的理由。"},
    )
