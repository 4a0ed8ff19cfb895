"""Forms of the lists: filters, a proposal, and one form a step of a listing's way."""

from django import forms

from accounts.models import Department, Region
from catalogue.models import InformationItem, ResponsiblePart, SubjectKind
from deadlines.clock import today
from records.forms import ANY, DayField, FilterForm, KeyedForm
from records.identity import PERSON_ID_KINDS
from sanctions.models import ConductClass, ListKind, Tone
from sanctions.responsible import Responsible, groups_of
from sanctions.services.listings import Decision, Named
from sanctions.workflow import ExitKind, ListingState

PROVINCE = "530000"
NO_NUMBERS = "不要写证件号码。"
REASON_MISSING = {"required": "请写明理由。"}
# What a lead may choose; the others come about by themselves or belong to repair.
EXITS = (ExitKind.CONDITIONS, ExitKind.REVOKED, ExitKind.COURT)
# Which field a refusal of a proposal is about.
FIELD_OF = {
    "name_missing": "name",
    "subject_kind_not_listed": "kind",
    "document_missing": "document_no",
    "decided_in_future": "decided_on",
    "conduct_missing": "conduct",
    "until_missing": "until",
    "until_before_decision": "until",
    "listed_already": "document_no",
}
NUMBER_CODES = (
    "uscc_invalid",
    "id_number_invalid",
    "person_id_invalid",
    "identifier_character",
    "subject_is_minor",
)


def kind_choices() -> list[tuple[str, str]]:
    return [ANY, *ListKind.objects.order_by("name").values_list("code", "name").distinct()]


def region_choices() -> list[tuple[str, str]]:
    return [ANY, *Region.objects.filter(parent_id=PROVINCE).values_list("code", "name")]


class ListingFilterForm(FilterForm):
    """What an address asks of the list of listings."""

    WAITING, ENDING = "waiting", "ending"

    kind = forms.ChoiceField(label="名单", required=False, choices=kind_choices)
    tone = forms.ChoiceField(label="性质", required=False, choices=[ANY, *Tone.choices])
    state = forms.ChoiceField(label="状态", required=False, choices=[ANY, *ListingState.choices])
    region = forms.ChoiceField(label="主体所在地", required=False, choices=region_choices)
    look = forms.ChoiceField(
        label="只看", required=False, choices=[ANY, (WAITING, "等待我办理"), (ENDING, "30 日内期满")]
    )


class ProposalForm(KeyedForm):
    """A proposal as the decision document says it. Only what this list's rule asks is asked."""

    use_required_attribute = False

    kind = forms.ChoiceField(
        label="主体类别", widget=forms.RadioSelect, error_messages={"required": "请选择主体类别。"}
    )
    name = forms.CharField(
        label="主体名称或者姓名", max_length=200, error_messages={"required": "请填写主体名称或者姓名。"}
    )
    number_kind = forms.ChoiceField(
        label="证件类型", choices=[(name, name) for name in PERSON_ID_KINDS], initial="身份证", required=False
    )
    number = forms.CharField(
        label="统一社会信用代码或者证件号码",
        max_length=40,
        help_text="自然人的证件号码加密保存，不会出现在日志中。",
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        error_messages={"required": "请填写统一社会信用代码或者证件号码。"},
    )
    document_no = forms.CharField(
        label="决定文书号", max_length=128, error_messages={"required": "请填写认定文书的文号，没有文书的不能列入。"}
    )
    decided_on = DayField(label="决定日期", required=True, error_messages={"required": "请填写决定日期。"})
    authority = forms.CharField(label="认定机关", max_length=200, error_messages={"required": "请填写认定机关。"})
    conduct = forms.ModelChoiceField(
        ConductClass.objects.none(),
        label="失信行为类别",
        to_field_name="code",
        empty_label="请选择",
        error_messages={"required": "请选择失信行为类别。"},
    )
    facts = forms.CharField(
        label="列入事由",
        max_length=4000,
        widget=forms.Textarea,
        help_text=f"将告知当事人；公开的名单会公示。{NO_NUMBERS}",
        error_messages={"required": "请写明列入事由。"},
    )
    until = DayField(label="文书写明的期限至", help_text="不填的，按名单的期限计算。")

    def __init__(self, data=None, *, listed: ListKind, department: Department, **kwargs):
        super().__init__(data, initial={"authority": department.name, **kwargs.pop("initial", {})}, **kwargs)
        kinds = [(value, label) for value, label in SubjectKind.choices if value in listed.subject_kinds]
        self.fields["kind"].choices = kinds
        self.fields["kind"].initial = kinds[0][0]
        if SubjectKind.PERSON not in listed.subject_kinds:
            del self.fields["number_kind"]
            self.fields["number"].label, self.fields["number"].help_text = "统一社会信用代码", ""
            self.fields["number"].error_messages["required"] = "请填写统一社会信用代码。"
        if listed.conduct_codes:
            self.fields["conduct"].queryset = ConductClass.objects.filter(code__in=listed.conduct_codes)
        else:
            del self.fields["conduct"]
        self._add_people(listed)
        if listed.term_stated:
            self.fields["until"].required, self.fields["until"].help_text = True, "列入的期限由决定文书写明。"
            self.fields["until"].error_messages["required"] = "请填写决定文书写明的期限。"

    def _add_people(self, listed: ListKind) -> None:
        """Fields for as many persons responsible as the record of the list can name."""
        takes = listed.tone in (Tone.BLACK, Tone.WATCH) and SubjectKind.ORGANISATION in listed.subject_kinds
        item = InformationItem.objects.in_force(on=today()).filter(code=listed.item_code).first() if takes else None
        self.people = groups_of(item)
        for number, group in enumerate(self.people, start=1):
            who, capacities = f"责任人员{number}", group[ResponsiblePart.CAPACITY].values
            self.fields |= {
                f"person{number}_name": forms.CharField(
                    label=f"{who}姓名", max_length=50, required=False,
                    help_text="决定另有依据追究本人责任的填写，本人也会列入（国发〔2016〕33号（十四））。",
                ),
                f"person{number}_capacities": forms.MultipleChoiceField(
                    label=f"{who}身份", choices=[(each, each) for each in capacities], required=False,
                    widget=forms.CheckboxSelectMultiple,
                ),
                f"person{number}_number_kind": forms.ChoiceField(
                    label=f"{who}证件类型", choices=[(each, each) for each in PERSON_ID_KINDS], required=False
                ),
                f"person{number}_number": forms.CharField(
                    label=f"{who}证件号码", max_length=40, required=False,
                    widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
                ),
                f"person{number}_basis": forms.CharField(
                    label=f"{who}认定依据", max_length=200, required=False,
                    help_text="对本人追究责任的法律、法规和条款。没有的不能记入。",
                ),
            }  # fmt: skip

    def responsible(self) -> tuple[Responsible, ...]:
        """Those about whom anything was typed; who is named without a basis the verb refuses."""
        data = self.cleaned_data
        return tuple(
            Responsible(
                data[f"person{number}_name"],
                data[f"person{number}_number"],
                tuple(data[f"person{number}_capacities"]),
                data[f"person{number}_basis"],
                data[f"person{number}_number_kind"] or "身份证",
            )
            for number in range(1, len(self.people) + 1)
            if any(data[f"person{number}_{part}"] for part in ("name", "number", "capacities", "basis"))
        )

    def named(self) -> Named:
        data = self.cleaned_data
        return Named(data["kind"], data["name"], data["number"], data.get("number_kind") or "身份证")

    def decision(self) -> Decision:
        data = self.cleaned_data
        return Decision(
            document_no=data["document_no"],
            decided_on=data["decided_on"],
            authority=data["authority"],
            facts=data["facts"],
            conduct=data.get("conduct"),
            until=data.get("until"),
            responsible=self.responsible(),
        )

    def take(self, code: str, sentence: str) -> None:
        """Put a refusal beside the field it is about."""
        about_person = (name for name, field in self.fields.items() if name[:6] == "person" and field.label in sentence)
        name = next(about_person, None) or ("number" if code in NUMBER_CODES else FIELD_OF.get(code))
        self.add_error(name if name in self.fields else None, forms.ValidationError(sentence, code=code))


class StepForm(forms.Form):
    """A step of a listing's way; `arguments` are those of its verb."""

    use_required_attribute = False

    def arguments(self) -> dict:
        return dict(self.cleaned_data)


class NotifyForm(StepForm):
    how = forms.CharField(
        label="送达方式",
        max_length=100,
        help_text="例如直接送达、邮寄送达及单号、公告送达；拟列入守信名单的，写公示的网址。",
        error_messages={"required": "请写明送达方式，或者公示的网址。"},
    )
    on = DayField(label="送达日期", required=True, error_messages={"required": "请填写送达日期。"})


class StatementForm(StepForm):
    text = forms.CharField(
        label="陈述申辩的内容",
        max_length=4000,
        widget=forms.Textarea,
        help_text=f"如实记下当事人的事实、理由和证据。{NO_NUMBERS}",
        error_messages={"required": "请填写陈述申辩的内容。"},
    )
    on = DayField(label="陈述申辩日期", required=True, error_messages={"required": "请填写陈述申辩的日期。"})


class DecideForm(StepForm):
    decision = forms.ChoiceField(
        label="决定",
        choices=[("enter", "列入"), ("refuse", "不予列入")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择决定。"},
    )
    reason = forms.CharField(
        label="理由",
        max_length=2000,
        widget=forms.Textarea,
        help_text=f"写入决定书。对陈述申辩采纳与否，也在这里说明。{NO_NUMBERS}",
        error_messages=REASON_MISSING,
    )


class DropForm(StepForm):
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea, error_messages=REASON_MISSING)


class ExitForm(StepForm):
    kind = forms.ChoiceField(
        label="移出原因",
        choices=[("", "请选择"), *((kind.value, kind.label) for kind in EXITS)],
        error_messages={"required": "请选择移出原因。"},
    )
    reason = forms.CharField(
        label="理由",
        max_length=2000,
        widget=forms.Textarea,
        help_text=f"写入移出决定书。{NO_NUMBERS}",
        error_messages=REASON_MISSING,
    )


class ReviewForm(StepForm):
    case_no = forms.CharField(
        label="复议或者诉讼案号", max_length=128, required=False, help_text="已经办结的，两项都不填。"
    )
    since = DayField(label="受理日期")


class ListingFileForm(KeyedForm):
    """A file of proposals for one list."""

    use_required_attribute = False

    kind = forms.ChoiceField(label="名单", error_messages={"required": "请选择名单。"})
    file = forms.FileField(
        label="文件",
        help_text="Excel（.xlsx）或 CSV，一次最多 2,000 行。先下载模板填写，表头不要改动；代码和证件号码用“文本”格式。",
        error_messages={"required": "请选择要上传的文件。", "empty": "文件是空的。"},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )

    def __init__(self, *args, kinds, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "请选择"), *((kind.code, kind.name) for kind in kinds)]
