"""Forms of joint action: the filter of the tasks, the answer, the lead's word on it."""

from django import forms

from accounts.models import Region
from records.forms import ANY, DayField, FilterForm
from sanctions import figures
from sanctions.models import Industry, ListKind, Memorandum
from sanctions.services import Ban

ANSWERS = (("execute", "已经执行"), ("decline", "没有执行（写明理由）"), ("dismiss", "不适用于该主体（写明理由）"))
RELEASES = (("execute", "已经解除"), ("decline", "没有解除（写明理由）"), ("dismiss", "没有需要解除的（写明理由）"))
LED = "led"


def list_choices() -> list[tuple[str, str]]:
    return [ANY, *dict(ListKind.objects.order_by("code").values_list("code", "name")).items()]


def memorandum_choices() -> list[tuple[str, str]]:
    found = Memorandum.objects.filter(in_force_from__isnull=False).order_by("code", "edition")
    return [ANY, *dict(found.values_list("code", "name")).items()]


def prefecture_choices() -> list[tuple[str, str]]:
    return [ANY, *Region.objects.filter(parent__parent=None, parent__isnull=False).values_list("code", "name")]


class TaskFilterForm(FilterForm):
    show = forms.ChoiceField(label="情况", required=False, choices=[ANY, *figures.NAMES.items()])
    list = forms.ChoiceField(label="名单", required=False, choices=list_choices)
    memorandum = forms.ChoiceField(label="备忘录", required=False, choices=memorandum_choices)
    region = forms.ChoiceField(label="主体所在州市", required=False, choices=prefecture_choices)
    department = forms.CharField(label="部门", required=False, max_length=20, widget=forms.HiddenInput)


class OwnTaskFilterForm(TaskFilterForm):
    side = forms.ChoiceField(label="范围", required=False, choices=[("", "本部门办理"), (LED, "本部门发起")])

    field_order = ["show", "side", "list", "memorandum", "region"]


class AnswerForm(forms.Form):
    """What the department did. A ban says what is closed and until when."""

    use_required_attribute = False

    answer = forms.ChoiceField(
        label="反馈", choices=ANSWERS, widget=forms.RadioSelect, error_messages={"required": "请选择反馈。"}
    )
    executed_on = DayField(label="执行日期", help_text="已经执行的填写，不早于任务下达的日期。")
    outcome = forms.CharField(
        label="执行情况或者理由",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "请写明执行情况；未执行或者不适用的，写明理由。"},
    )
    evidence_no = forms.CharField(
        label="佐证文号", max_length=128, required=False, help_text="例如决定书、通知书的文号。"
    )

    def __init__(self, *args, is_release: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if is_release:
            self.fields["answer"].choices = RELEASES
            self.fields["executed_on"].label = "解除日期"

    def said(self) -> dict:
        """As the verb takes it. Call after is_valid()."""
        data = self.cleaned_data
        return {
            "action": data["answer"],
            "outcome": data["outcome"],
            "evidence_no": data["evidence_no"],
            "executed_on": data["executed_on"] if data["answer"] == "execute" else None,
        }


class BanForm(AnswerForm):
    """The answer to a measure that closes an industry or an occupation."""

    ban_scope = forms.MultipleChoiceField(
        label="禁入的行业（GB/T 4754 门类）",
        choices=Industry.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="已经执行、并定有期限的填写；只是从严审核的不填。",
    )
    ban_until = DayField(label="禁入期限至")
    ban_basis = forms.CharField(
        label="超过名单期限的法律条款", max_length=300, required=False, help_text="禁入期限不超过名单期限的不填。"
    )

    def clean(self):
        data = super().clean()
        if bool(data.get("ban_scope")) != bool(data.get("ban_until")):
            self.add_error("ban_until", forms.ValidationError("行业和期限要一起填写。", code="ban_incomplete"))
        return data

    def said(self) -> dict:
        data = self.cleaned_data
        is_ban = data["answer"] == "execute" and data["ban_until"]
        ban = Ban(data["ban_scope"], data["ban_until"], data["ban_basis"]) if is_ban else None
        return super().said() | {"ban": ban}


class JudgeForm(forms.Form):
    use_required_attribute = False

    decision = forms.ChoiceField(
        label="核验",
        choices=[("verify", "核验通过，办结"), ("return", "退回重办（写明理由）")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择核验意见。"},
    )
    opinion = forms.CharField(label="意见", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
