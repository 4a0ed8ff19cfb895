"""Forms of the office. The form of a record is generated from the catalogue; what is right, the row checker says."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from accounts.models import Department, SourceSystem
from catalogue.models import FieldRole, FieldType, InformationItem, ItemField, Requirement, Scope, SubjectKind
from catalogue.order import in_national_order
from records.models import Batch, CodeCase, IdentifierKind, Standing
from records.problems import Problem
from records.workflow import BatchState, CodeCaseState, Commit, Policy, RecordState

OTHER = "__other"
OTHER_WORD = "其他"
ANY = ("", "全部")
LONG_TEXT = 200
RESPONSIBLE = "责任人员"
MEANING = re.compile(r"(\S+) 为([^，。；]+)")
SUBJECT_ROLES = {FieldRole.SUBJECT_NAME, FieldRole.SUBJECT_KIND}
CODE_TYPES = (FieldType.USCC, FieldType.ORGANISATION_CODE, FieldType.ID_NUMBER)
TYPED_DATE = {"inputmode": "numeric", "placeholder": "2026-11-03", "autocomplete": "off"}


class DayField(forms.DateField):
    """A date typed or pasted; a browser's picker would speak the browser's language."""

    default_error_messages = {"invalid": "请按 2026-11-03 的样式填写日期。"}

    def __init__(self, **options):
        formats = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"]
        widget = forms.DateInput(TYPED_DATE, format="%Y-%m-%d")
        super().__init__(**{"required": False, "widget": widget, "input_formats": formats} | options)


class KeyedForm(forms.Form):
    """A form whose second sending is recognised: one double click, one case."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)


UPLOAD_HELP = (
    "Excel（.xlsx）或 CSV 文件，不超过 {limit} MB，几十万行请用 CSV。几个文件可以压缩成一个 .zip 一起上传。"
    "先下载所选事项的模板填写，表头不要改动；证件号码和代码请用“文本”格式。"
)


class UploadForm(KeyedForm):
    BY_FILE = "by-file"

    item = forms.ChoiceField(label="信息事项", error_messages={"required": "请选择要报送的信息事项。"})
    file = forms.FileField(
        label="文件",
        error_messages={"required": "请选择要上传的文件。", "empty": "文件是空的。请确认内容已经保存，再重新选择。"},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt,.zip"}),
    )

    system = forms.ModelChoiceField(
        label="来源系统", queryset=SourceSystem.objects.none(), required=False, empty_label="不来自登记的系统"
    )

    def __init__(self, *args, items: Iterable[InformationItem], systems: QuerySet[SourceSystem], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["system"].queryset = systems
        if not systems:
            del self.fields["system"]
        self.fields["item"].choices = [
            ("", "请选择"),
            *((item.code, item.name) for item in items),
            (self.BY_FILE, "压缩包：按文件名或表头识别"),
        ]
        self.fields["file"].help_text = UPLOAD_HELP.format(limit=settings.UPLOAD_LIMIT_BYTES // 1024 // 1024)


class FilterForm(forms.Form):
    """A bound GET form. What cannot be understood is left out, so a bad address shows the whole list."""

    use_required_attribute = False

    def __init__(self, data):
        super().__init__(data)
        self.full_clean()

    def chosen(self) -> dict:
        """The filters that hold, by name."""
        return {name: value for name, value in self.cleaned_data.items() if value}


def item_choices() -> list[tuple[str, str]]:
    """Every item once by code, whatever its editions."""
    return [ANY, *{item.code: item.name for item in in_national_order(InformationItem.objects.all())}.items()]


class BatchFilterForm(FilterForm):
    UNFINISHED, RETURNED = "unfinished", "returned"
    STATES = [ANY, (UNFINISHED, "正在办理"), (RETURNED, "有退回"), *BatchState.choices]

    item = forms.ChoiceField(label="信息事项", required=False, choices=item_choices)
    state = forms.ChoiceField(label="状态", required=False, choices=STATES)
    source = forms.ChoiceField(label="方式", required=False, choices=[ANY, *Batch.Source.choices])
    since = DayField(label="报送日期自")
    until = DayField(label="报送日期至")
    folder = forms.UUIDField(label="压缩包", required=False, widget=forms.HiddenInput)


class RecordFilterForm(FilterForm):
    DISPLAYED = "displayed"
    STATES = [ANY, (DISPLAYED, "公示中"), *RecordState.choices]

    item = forms.ChoiceField(label="信息事项", required=False, choices=item_choices)
    state = forms.ChoiceField(label="状态", required=False, choices=STATES)
    since = DayField(label="决定日期自")
    until = DayField(label="决定日期至")
    q = forms.CharField(label="查找", required=False, max_length=200, widget=forms.HiddenInput)
    batch = forms.UUIDField(label="批次", required=False, widget=forms.HiddenInput)
    late = forms.BooleanField(label="超过报送时限", required=False, widget=forms.HiddenInput)


class UndoForm(forms.Form):
    reason = forms.CharField(
        label="撤回原因",
        max_length=500,
        widget=forms.Textarea,
        help_text="写明为什么整批撤回，例如“误传了上月的文件”。不要写姓名和证件号码。",
        error_messages={"required": "请写明撤回原因。"},
    )


class ReportingForm(forms.Form):
    policy = forms.ChoiceField(label="文件里有不合格的行时", choices=Policy.choices, widget=forms.RadioSelect)
    commit = forms.ChoiceField(
        label="接口和收件箱送来的批次",
        choices=Commit.choices,
        widget=forms.RadioSelect,
        help_text="网页上传的文件总是先预览。",
    )


class RevealForm(forms.Form):
    kind = forms.ChoiceField(choices=IdentifierKind.choices, widget=forms.HiddenInput)
    purpose = forms.CharField(
        label="查看完整号码的用途",
        max_length=200,
        help_text="用途会记入审计日志，号码只在下一页显示一次。",
        error_messages={"required": "请写明用途。"},
    )


class RenameForm(forms.Form):
    name = forms.CharField(label="变更后的名称", max_length=200, error_messages={"required": "请填写变更后的名称。"})
    renamed_on = DayField(
        label="变更登记日期",
        required=True,
        error_messages={"required": "请填写变更登记的日期。"},
        help_text="登记机关办理变更登记的日期。此前作出的决定仍可用原名称报送。",
    )
    reason = forms.CharField(
        label="变更依据",
        max_length=500,
        widget=forms.Textarea,
        help_text="写明登记机关和文书。以前的记录仍保留当时报送的名称。",
        error_messages={"required": "请写明变更依据。"},
    )


class StandingForm(forms.Form):
    standing = forms.ChoiceField(
        label="登记状态",
        choices=[("", "请选择"), *Standing.choices],
        error_messages={"required": "请选择登记状态。"},
    )
    since = DayField(label="自", required=True, error_messages={"required": "请填写决定的日期。"})
    decision = forms.CharField(
        label="决定文书",
        max_length=200,
        help_text="登记机关的决定文书号或注销登记通知书号。",
        error_messages={"required": "请填写决定文书。"},
    )


class OpinionForm(forms.Form):
    """One box for the words that go with a decision."""

    reason = forms.CharField(
        label="理由",
        max_length=500,
        widget=forms.Textarea,
        help_text="不要写证件号码。",
        error_messages={"required": "请写明理由。"},
    )


class MergeForm(OpinionForm):
    survivor = forms.ChoiceField(
        label="保留哪一个",
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), "请选择保留哪一个主体。"),
    )

    field_order = ("survivor", "reason")

    def __init__(self, *args, subjects: list[tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["survivor"].choices = subjects


class CodeCaseFilterForm(FilterForm):
    kind = forms.ChoiceField(label="问题", required=False, choices=[ANY, *CodeCase.Kind.choices])
    state = forms.ChoiceField(label="状态", required=False, choices=[ANY, *CodeCaseState.choices])


class TextCell(forms.CharField):
    """Holds what was typed. `required` only decides what the label says."""

    def validate(self, value):
        """The row checker judges."""


class ChoiceCell(forms.ChoiceField):
    def validate(self, value):
        """The row checker judges."""


class ChoicesCell(forms.MultipleChoiceField):
    def validate(self, value):
        """The row checker judges."""


@dataclass(frozen=True, slots=True)
class Part:
    """One field on the page: for which kinds of subject (empty: all), whose “其他” it explains, how wide it is set."""

    bound: forms.BoundField
    kinds: str = ""
    other_of: str = ""
    is_code: bool = False
    is_short: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    parts: list[Part] = field(default_factory=list)


class RecordForm(forms.Form):
    """A record of one item. Everything stays text; `values` gives it to the same checks as a row of a file."""

    use_required_attribute = False

    def __init__(
        self, fields: list[ItemField], data=None, *, department: Department | None = None, initial: dict | None = None
    ):
        super().__init__(data, initial=_initial(fields, department) if department else initial)
        self.item_fields = fields
        for each in fields:
            self.fields[each.code] = _form_field(each, fields)
            if each.open_values:
                self.fields[each.code + OTHER] = TextCell(
                    label=f"{each.name}：其他，请注明", required=False, help_text=f"选择“{OTHER_WORD}”时填写。"
                )

    def values(self) -> dict[str, str]:
        """Field code → text, as a file would bring it. Call after is_valid()."""
        values = {}
        for each in self.item_fields:
            given = self.cleaned_data[each.code]
            chosen = list(given) if isinstance(given, list) else [given] if given else []
            other = self.cleaned_data.get(each.code + OTHER, "")
            if other:
                chosen = [f"{OTHER_WORD}-{other}" if word == OTHER_WORD else word for word in chosen]
            values[each.code] = "、".join(chosen)
        return values

    def sections(self) -> list[Section]:
        """主体, 决定, 机关: the order in which a clerk reads the document."""
        start = next((f.seq for f in self.item_fields if f.role == FieldRole.AUTHORITY), None)
        sections = {name: Section(name) for name in ("主体", "决定", "机关与来源", RESPONSIBLE)}
        for each in self.item_fields:
            parts = sections[_section_of(each, start)].parts
            kinds = " ".join(SubjectKind(kind).label for kind in each.applies_to)
            is_short = each.type in (FieldType.DATE, FieldType.DECIMAL)
            parts.append(Part(self[each.code], kinds, is_code=each.type in CODE_TYPES, is_short=is_short))
            if each.open_values:
                parts.append(Part(self[each.code + OTHER], kinds, other_of=each.code))
        return [section for section in sections.values() if section.parts]

    def take(self, problems: Iterable[Problem]) -> None:
        """Put what the checks found beside the fields; what concerns the whole row stands on top."""
        for problem in problems:
            target = problem.field if problem.field in self.fields else None
            self.add_error(target, ValidationError(_beside_the_field(problem), code=problem.code))


def _beside_the_field(problem: Problem) -> str:
    """The sentence without what its place already says: the field's name, and that the row be sent again."""
    reason = problem.reason.removeprefix(f"“{problem.name}”").removeprefix("的")
    return reason + problem.advice.replace("后重新报送", "")


def _section_of(each: ItemField, authority_seq: int | None) -> str:
    if each.responsible_part:
        return RESPONSIBLE
    if each.role in SUBJECT_ROLES or each.applies_to:
        return "主体"
    if authority_seq is not None and each.seq >= authority_seq and each.scope == Scope.PUBLIC and not each.values:
        return "机关与来源"
    return "决定"


def _initial(fields: list[ItemField], department: Department) -> dict[str, str]:
    """What the department would type every time: itself."""
    start = next((f.seq for f in fields if f.role == FieldRole.AUTHORITY), None)
    initial = {}
    for each in fields:
        if _section_of(each, start) == "机关与来源":
            initial[each.code] = (department.uscc or "") if each.type == FieldType.USCC else department.name
        elif each.role == FieldRole.SUBJECT_KIND:
            initial[each.code] = each.values[0]
    return initial


def _form_field(each: ItemField, fields: list[ItemField]) -> forms.Field:
    shared = {"label": each.name, "help_text": help_of(each, fields), "required": each.required != Requirement.NO}
    if each.type == FieldType.ENUM:
        return _choice(each, shared)
    if each.type == FieldType.MULTI_ENUM:
        return ChoicesCell(choices=_choices(each), widget=forms.CheckboxSelectMultiple, **shared)
    attributes = {"autocomplete": "off"}
    if each.type in CODE_TYPES:
        attributes |= {"spellcheck": "false", "autocapitalize": "characters"}
    if each.type == FieldType.DATE:
        attributes |= TYPED_DATE
    if each.type == FieldType.DECIMAL:
        attributes["inputmode"] = "decimal"
    is_long = each.type == FieldType.TEXT and (each.length or 0) > LONG_TEXT
    return TextCell(widget=(forms.Textarea if is_long else forms.TextInput)(attributes), **shared)


def _choice(each: ItemField, shared: dict) -> forms.Field:
    if each.role == FieldRole.SUBJECT_KIND:
        # The values are the words of the catalogue; the script that hides what does not apply needs the kinds.
        widget = forms.RadioSelect(attrs={"data-decides": ""})
        return ChoiceCell(choices=_choices(each), widget=widget, **shared)
    return ChoiceCell(choices=[("", "请选择"), *_choices(each)], **shared)


def meanings_of(each: ItemField) -> dict[str, str]:
    """What coded values mean, where the help says so: “1 为有效，2 为无效”."""
    return dict(MEANING.findall(each.help.replace("，", "， "))) if each.values else {}


def _choices(each: ItemField) -> list[tuple[str, str]]:
    meanings = meanings_of(each)
    words = [*each.values, *([OTHER_WORD] if each.open_values and OTHER_WORD not in each.values else [])]
    return [(word, meanings.get(word, word)) for word in words]


def help_of(each: ItemField, fields: list[ItemField]) -> str:
    """How to fill a field in: its help, and when it must be there."""
    words = [each.help] if each.help and not MEANING.search(each.help) else []
    if each.required == Requirement.CONDITIONAL:
        words.append(_condition(each, {f.code: f.name for f in fields}))
    return "；".join(word for word in words if word) + "。" if any(words) else ""


def _condition(each: ItemField, names: dict[str, str]) -> str:
    """When a conditional field must be filled in; nothing where it is shown to those alone for whom it must be."""
    rule = each.required_when
    if "field" in rule:
        return f"{names[rule['field']]}含{'、'.join(rule['contains'])}时必填"
    if "unless_any" in rule:
        return "没有填写其他代码时必填"
    if set(rule.get("kinds", ())) == set(each.applies_to):
        return ""
    return f"{'、'.join(SubjectKind(kind).label for kind in rule['kinds'])}必填"
