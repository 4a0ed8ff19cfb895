"""Forms of a draft. Their cells follow from the columns of the models, so a new column appears by itself."""

from datetime import date

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db import models

from catalogue.lawbook import BASIS, FIELD, FURTHER, FURTHER_LABEL, ITEM, RULE, Law
from catalogue.models import DisplayRule, InformationItem, ItemField, LegalBasis, SubjectKind

LARGEST_BOOK = 5 * 1024 * 1024
HELP = {
    "code": "用大写字母、数字和下划线，批准之后不再更改。",
    "aliases": "每行一个。文件表头写成别名，也能认出来。",
    "values": "每行一个。单选、多选字段必填。",
    "length": "按字数计，不填为不限。",
    "severity_by_value": "按哪个字段的取值划分，每一类包括哪些取值。"
    '例如 {"field": "CF_CFLB", "serious": ["责令停产停业"], "general": ["罚款"], "minor": ["警告"]}。不分类的留空。',
    "required_when": "条件必填时写明条件。"
    '例如 {"kinds": ["organisation"]}，或 {"field": "CF_CFLB", "contains": ["罚款"]}。',
    "applies_to": "不选为全部主体适用。",
    "role": "平台据此认出名称、代码、文书号、日期等，每种用途在一个目录项中只能有一个字段。",
    "minimum_months": "机关写明的截止期早于它的，按它计算。没有的留空。",
    "maximum_months": "期满自动停止公示。",
    "report_within_key": "对应“法定期限”中的编号，没有的留空。",
    "minimum_age": "作出决定时未满这个年龄的自然人不予归集。",
    "source": "这一规定出自哪个文件的哪一条。",
}


class LinesField(forms.CharField):
    """A list of words, one a line."""

    widget = forms.Textarea(attrs={"rows": 5})

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value) -> list[str]:
        return [line.strip() for line in (value or "").splitlines() if line.strip()]


def _cell(column: models.Field, **options) -> forms.Field | None:
    """The form field of a column."""
    help_text = HELP.get(column.name, "")
    if isinstance(column, ArrayField):
        shared = {"label": column.verbose_name, "required": not column.blank, "help_text": help_text}
        choices = SubjectKind.choices if column.name == "applies_to" else column.base_field.choices
        if choices:
            return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **shared)
        return LinesField(**shared)
    if isinstance(column, models.DateField):
        attributes = {"inputmode": "numeric", "placeholder": "2026-11-03", "autocomplete": "off"}
        options["widget"] = forms.DateInput(attributes, format="%Y-%m-%d")
    if isinstance(column, models.JSONField):
        options["widget"] = forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})
    cell = column.formfield(**options | {"help_text": help_text})
    if cell is not None:  # the primary key has none
        cell.error_messages["required"] = f"请填写{cell.label}。"
    return cell


class RowForm(forms.ModelForm):
    """One row of a draft. It is never saved as a row of the catalogue: `row()` goes into the draft's text."""

    columns: dict[str, models.Field] = {}
    kept: tuple[str, ...] = ()

    def __init__(self, data=None, *, law: Law, row: dict | None = None):
        plain = {name: value for name, value in (row or {}).items() if name in self.columns and name != "legal_basis"}
        super().__init__(data, instance=self._meta.model(**plain))
        for name in self.kept if row else ():
            self.fields[name].disabled = True
        if "legal_basis" in self.columns:
            bases = [(basis["code"], _citation(basis)) for basis in law["bases"]]
            self.fields["legal_basis"] = forms.ChoiceField(
                label="法律依据",
                choices=[("", "请选择"), *bases],
                initial=(row or {}).get("legal_basis"),
                error_messages={"required": "没有法律依据的不能列入目录，请选择依据。"},
            )
            self.bases = bases

    def validate_unique(self):
        """Rows of the catalogue are other rows; the draft is looked at as a whole."""

    def row(self) -> dict:
        """The row as the law book holds it. Call after is_valid()."""
        row = {name: _plain(getattr(self.instance, name)) for name in self.columns if name != "legal_basis"}
        return row | ({"legal_basis": self.cleaned_data["legal_basis"]} if "legal_basis" in self.columns else {})


def _plain(value):
    return value.isoformat() if isinstance(value, date) else value


def _citation(basis: dict) -> str:
    return f"《{basis['title']}》{basis['document_no'] and '（' + basis['document_no'] + '）'}{basis['article']}"


class BasisForm(RowForm):
    columns, kept = BASIS, ("code",)

    class Meta:
        model = LegalBasis
        fields = tuple(BASIS)
        formfield_callback = _cell


class ItemForm(RowForm):
    columns, kept = ITEM, ("code",)

    class Meta:
        model = InformationItem
        fields = tuple(name for name in ITEM if name != "legal_basis")
        formfield_callback = _cell

    def __init__(self, data=None, *, law: Law, row: dict | None = None):
        super().__init__(data, law=law, row=row)
        self.fields[FURTHER] = forms.MultipleChoiceField(
            label=FURTHER_LABEL, choices=self.bases, required=False, initial=(row or {}).get(FURTHER)
        )
        self.fields[FURTHER].widget.attrs["size"] = 8

    def clean_severity_by_value(self):
        return self.cleaned_data["severity_by_value"] or {}

    def row(self) -> dict:
        return super().row() | {FURTHER: sorted(self.cleaned_data[FURTHER])}


class FieldForm(RowForm):
    columns, kept = FIELD, ("code",)

    class Meta:
        model = ItemField
        fields = tuple(FIELD)
        formfield_callback = _cell

    def clean_required_when(self):
        return self.cleaned_data["required_when"] or {}


class RuleForm(RowForm):
    columns, kept = RULE, ("item_code", "severity")

    class Meta:
        model = DisplayRule
        fields = tuple(name for name in RULE if name != "legal_basis")
        formfield_callback = _cell

    def __init__(self, data=None, *, law: Law, row: dict | None = None):
        super().__init__(data, law=law, row=row)
        items = [(item["code"], item["name"]) for item in law["items"]]
        self.fields["item_code"] = forms.ChoiceField(
            label="目录项", choices=[("", "请选择"), *items], disabled=self.fields["item_code"].disabled
        )


class DraftForm(forms.Form):
    name = forms.CharField(
        label="名称",
        max_length=100,
        help_text="例如“2026 年第四季度修订”。",
        error_messages={"required": "请给这一版起个名称。"},
    )
    reason = forms.CharField(
        label="修订说明",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="因为什么文件、改了什么。批准后随目录公开。",
        error_messages={"required": "请写明修订说明。"},
    )


class ImportForm(forms.Form):
    file = forms.FileField(
        label="目录文件",
        help_text="下载的 Excel 或 JSON 目录，修改后传回。草案的内容将整体换成文件的内容。",
        error_messages={"required": "请选择目录文件。", "empty": "文件是空的。"},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.json"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST_BOOK:
            raise forms.ValidationError("目录文件不会超过 5 MB，请确认选对了文件。")
        return file


class OpinionForm(forms.Form):
    opinion = forms.CharField(
        label="退回意见",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=500,
        error_messages={"required": "请写明需要修改什么。"},
    )


class ApprovalForm(forms.Form):
    KEEP, RECOMPUTE = "keep", "recompute"

    in_force_on = forms.DateField(
        label="施行日期",
        input_formats=["%Y-%m-%d", "%Y/%m/%d"],
        widget=forms.DateInput({"inputmode": "numeric", "autocomplete": "off"}, format="%Y-%m-%d"),
        help_text="自该日零时起施行，现行规定于前一日终止。",
        error_messages={"required": "请填写施行日期。", "invalid": "请按 2026-11-03 的样式填写日期。"},
    )
    running = forms.ChoiceField(
        label="正在公示的记录",
        choices=[
            (KEEP, "维持原期限：记录按作出决定时的规定公示到期满"),
            (RECOMPUTE, "从短重算：新期限较短的，自施行之日起缩短；不延长任何记录的期限"),
        ],
        initial=KEEP,
        widget=forms.RadioSelect,
    )
    opinion = forms.CharField(
        label="复核意见",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=500,
        error_messages={"required": "请写明复核意见。"},
    )
