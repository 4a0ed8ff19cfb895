"""Forms of commitments and of materials promised for later."""

from django import forms

from catalogue.models import SubjectKind
from records.forms import ANY, DayField, FilterForm, KeyedForm
from records.identity import PERSON_ID_KINDS
from sanctions.models import CommitmentKind, CommitmentTemplate
from sanctions.services.commitments import Missing, Promise
from sanctions.services.listings import Named
from sanctions.workflow import CommitmentState

MATERIALS = 5


class CommitmentFilterForm(FilterForm):
    DUE, SOON, OVERDUE = "due", "soon", "overdue"
    STATES = [ANY, (DUE, "7 日内到期和逾期"), (SOON, "7 日内到期"), (OVERDUE, "逾期未履行"), *CommitmentState.choices]

    kind = forms.ChoiceField(label="类型", required=False, choices=[ANY, *CommitmentKind.choices])
    state = forms.ChoiceField(label="状态", required=False, choices=STATES)
    number = forms.CharField(label="承诺编码", required=False, max_length=20)


class CommitmentForm(KeyedForm):
    """Who signs what for, before us. A number travels in the body of the POST only."""

    use_required_attribute = False

    kind = forms.ChoiceField(label="承诺人类别", widget=forms.RadioSelect)
    name = forms.CharField(label="名称或姓名", max_length=200, error_messages={"required": "请填写名称或姓名。"})
    number_kind = forms.ChoiceField(
        label="自然人证件类型",
        required=False,
        choices=[(name, name) for name in PERSON_ID_KINDS],
        help_text="法人和其他组织、个体工商户不选。",
    )
    number = forms.CharField(
        label="统一社会信用代码或证件号码",
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        help_text="自然人的证件号码加密保存，不会出现在日志中。",
        error_messages={"required": "请填写号码。"},
    )
    reason = forms.CharField(
        label="承诺事由",
        max_length=512,
        help_text="为办理什么事项作出承诺。公示时原样显示，不要写证件号码。",
        error_messages={"required": "请写明承诺的事由。"},
    )
    matter_no = forms.CharField(label="业务编号", max_length=100, required=False)
    made_on = DayField(label="承诺日期", required=True, error_messages={"required": "请填写承诺日期。"})
    due_on = DayField(label="履行期限", help_text="没有具体期限的不填；填写的，到期前七日提醒。")
    is_public = forms.BooleanField(
        label="承诺人同意向社会公开",
        required=False,
        help_text="同意的，作为“信用承诺”公示到有效期届满；自然人的不公示。",
    )

    def __init__(self, *args, template: CommitmentTemplate, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = template.subject_kinds
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in SubjectKind if kind.value in kinds]
        self.fields["kind"].initial = kinds[0]
        if SubjectKind.PERSON not in kinds:
            del self.fields["number_kind"]
            self.fields["number"].label, self.fields["number"].help_text = "统一社会信用代码", ""
        if template.kind == CommitmentKind.DEFERRED:
            del self.fields["due_on"]
            self._add_materials()
        if template.kind == CommitmentKind.GOVERNMENT:
            self.fields["due_on"].help_text = "承诺兑现的最后一日，必填。"

    def _add_materials(self) -> None:
        for number in range(1, MATERIALS + 1):
            self.fields[f"material_{number}"] = forms.CharField(
                label=f"缺少的材料 {number}", max_length=200, required=number == 1,
                error_messages={"required": "请写明缺少的材料。"},
            )  # fmt: skip
            self.fields[f"statutory_{number}"] = forms.BooleanField(
                label="这是法律、法规要求提供的材料（不能容缺）", required=False
            )

    def named(self) -> Named:
        data = self.cleaned_data
        kinds = {"number_kind": data["number_kind"]} if data.get("number_kind") else {}
        return Named(data["kind"], data["name"], data["number"].strip().upper(), **kinds)

    def promise(self) -> Promise:
        data = self.cleaned_data
        return Promise(data["reason"], data["made_on"], data.get("due_on"), data["matter_no"], data["is_public"])

    def materials(self) -> list[Missing]:
        data = self.cleaned_data
        numbers = range(1, MATERIALS + 1)
        return [Missing(data[f"material_{n}"], data[f"statutory_{n}"]) for n in numbers if data[f"material_{n}"]]


class FulfilForm(forms.Form):
    use_required_attribute = False

    on = DayField(label="履行日期", required=True, error_messages={"required": "请填写履行日期。"})
    result = forms.CharField(
        label="履行情况",
        max_length=2000,
        widget=forms.Textarea,
        error_messages={"required": "请写明履行的情况。"},
    )


class BreachForm(forms.Form):
    use_required_attribute = False

    unperformed = forms.CharField(
        label="没有履行的内容",
        max_length=4000,
        widget=forms.Textarea,
        error_messages={"required": "请写明没有履行的内容。"},
    )
    is_partial = forms.BooleanField(label="其余部分已经履行", required=False)
    answer = forms.CharField(
        label="承诺人的说明",
        max_length=4000,
        widget=forms.Textarea,
        help_text="先告知承诺人并听取说明。没有说明的，写明告知的日期和方式。",
        error_messages={"required": "请写明承诺人的说明，或者告知的方式。"},
    )


class BreachDecisionForm(forms.Form):
    use_required_attribute = False

    decision = forms.ChoiceField(
        label="结论",
        choices=[("confirm", "认定违诺"), ("reject", "不予认定，承诺继续履行")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择结论。"},
    )
    document_no = forms.CharField(
        label="认定文书号", max_length=128, required=False, help_text="认定违诺的必填，与送达承诺人的文书一致。"
    )
    reason = forms.CharField(
        label="意见", max_length=2000, widget=forms.Textarea, error_messages={"required": "请写明意见。"}
    )


class RetractForm(forms.Form):
    use_required_attribute = False

    reason = forms.CharField(
        label="撤回的理由", max_length=2000, widget=forms.Textarea, error_messages={"required": "请写明撤回的理由。"}
    )
