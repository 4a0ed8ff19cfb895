"""Forms of those who review: the filters of the queue, and one form for each step of a case."""

from django import forms

from catalogue.models import FieldType
from records.forms import ANY, FilterForm
from repair import queue, workflow
from repair.models import Case, Remedy
from repair.services import Decision
from repair.services.handling import OPINIONS
from repair.workflow import CaseKind
from sanctions.forms_joint import prefecture_choices

NOBODY = "nobody"
OUTCOMES = {
    CaseKind.REPAIR: (("grant", "准予修复"), ("refuse", "不予修复")),
    CaseKind.OBJECTION: (("grant", "异议成立，信息有误"), ("refuse", "异议不成立，信息无误")),
    CaseKind.CORRECTION: (("grant", "信息有误"), ("refuse", "信息无误")),
    CaseKind.COMPLAINT: (("grant", "投诉属实"), ("refuse", "投诉不属实")),
    CaseKind.REVIEW: (("grant", "原决定被撤销或者变更"), ("refuse", "原决定被维持")),
}
LONGEST = 4000
VALUE = "value-"


def holder_choices() -> list[tuple[str, str]]:
    return [ANY, (NOBODY, "无人承办"), *((str(user.pk), str(user)) for user in queue.reviewers())]


class QueueFilterForm(FilterForm):
    q = forms.CharField(label="受理号、文书号、代码或名称", required=False, max_length=100, strip=True)
    kind = forms.ChoiceField(label="类别", required=False, choices=[ANY, *workflow.CaseKind.choices])
    state = forms.ChoiceField(
        label="状态", required=False, choices=[ANY, *((s, workflow.CaseState(s).label) for s in workflow.CASE_OPEN)]
    )
    holder = forms.ChoiceField(label="承办人", required=False, choices=holder_choices)
    region = forms.ChoiceField(label="认定部门所在州市", required=False, choices=prefecture_choices)
    look = forms.ChoiceField(
        label="范围", required=False, choices=[ANY, *queue.LOOKS.items()], widget=forms.HiddenInput
    )
    department = forms.CharField(label="认定部门", required=False, max_length=20, widget=forms.HiddenInput)


class SaveFilterForm(forms.Form):
    name = forms.CharField(label="名称", max_length=20, error_messages={"required": "请给筛选起一个名称。"})
    query = forms.CharField(max_length=500, required=False, widget=forms.HiddenInput)
    is_first = forms.BooleanField(label="打开队列时先用这个筛选", required=False)


def _text(label: str, help_text: str = "", required: str = "请填写。", rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=LONGEST, help_text=help_text, widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": required},
    )  # fmt: skip


class StepForm(forms.Form):
    """A step of a case, with the version of the page it was taken on."""

    use_required_attribute = False
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data=None, *, case: Case, **options):
        self.case = case
        super().__init__(data, initial={"version": case.version}, **options)


class AcceptForm(StepForm):
    suspends = forms.BooleanField(
        label="复议机关或者法院已经决定停止执行原决定", required=False,
        help_text="勾选的，信息暂停公示、共享和联合奖惩，到登记结果为止。",
    )  # fmt: skip

    def __init__(self, data=None, *, case: Case, **options):
        super().__init__(data, case=case, **options)
        if case.kind != CaseKind.REVIEW:
            del self.fields["suspends"]


class RejectForm(StepForm):
    reason = _text("不予受理的理由", "写入不予受理通知，告知申请人可以怎样做。", "请写明不予受理的理由。")
    article = forms.CharField(label="依据", max_length=300, required=False, help_text="文件名称和条、款、项。")


class MaterialForm(StepForm):
    what = _text("需要补正的全部材料", "只能告知一次，请一次写全。告知后受理期限停止计算。", "请写明需要补正的材料。")


class ForwardForm(StepForm):
    text = forms.CharField(
        label="请部门核查的问题", max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="部门看得到请求、证明材料和这里写的话。转出后办理期限停止计算，部门的核查期限开始。",
    )  # fmt: skip


class ExtendForm(StepForm):
    reason = _text("延长的理由", "只能延长一次，理由会告知申请人。", "请写明延长的理由。", rows=3)


class ReturnForm(StepForm):
    reason = _text("退回的理由", "退回后由承办人重新办理。", "请写明退回的理由。", rows=3)


class RevokeForm(StepForm):
    reason = _text(
        "撤销的理由", "撤销后信息按最长公示期限恢复公示，并标明“修复被撤销”。", "请写明撤销的理由。", rows=3
    )  # fmt: skip


class ClarifyForm(StepForm):
    consent = forms.CharField(
        label="当事人同意公开的凭据", max_length=200,
        help_text="申请书或者书面同意的名称、编号。没有本人同意的，不公开。",
        error_messages={"required": "请写明当事人同意公开的凭据。"},
    )  # fmt: skip
    consented_on = forms.DateField(
        label="同意日期", widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "请填写同意日期。", "invalid": "日期应写作 2026-01-01。"},
    )  # fmt: skip


class UnclarifyForm(StepForm):
    reason = _text("撤下的理由", "当事人撤回同意的，即予撤下。", "请写明撤下的理由。", rows=2)


class DecisionForm(StepForm):
    """What is decided, why, by which article; of an error also what is done about it, field by field."""

    outcome = forms.ChoiceField(
        label="处理结果", widget=forms.RadioSelect, error_messages={"required": "请选择处理结果。"}
    )
    remedy = forms.ChoiceField(
        label="信息有误的，怎样处理", choices=Remedy.choices, required=False, widget=forms.RadioSelect
    )
    reasons = _text("理由", "事实、证据和判断。全文写入决定书。", "请写明理由。", rows=6)
    article = forms.CharField(
        label="依据", max_length=300, help_text="文件名称和条、款、项。", error_messages={"required": "请写明依据。"}
    )

    field_order = ["version", "outcome", "remedy"]

    def __init__(self, data=None, *, case: Case, article: str = "", **options):
        super().__init__(data, case=case, **options)
        self.fields["outcome"].choices = OUTCOMES[CaseKind(case.kind)]
        self.initial["article"] = article
        if case.kind in (CaseKind.REPAIR, CaseKind.COMPLAINT):
            del self.fields["remedy"]
        elif case.record is not None:
            self._add_values(case)
        self.order_fields([*self.field_order, *self._names(), "reasons", "article"])

    def _add_values(self, case: Case) -> None:
        """An input for each field that is contested; for every open field where none is named."""
        contested = {line["code"]: line.get("claimed", "") for line in case.contested if line.get("code")}
        record = case.record
        fields = record.item.fields.exclude(type=FieldType.ID_NUMBER).exclude(code__in=record.secrets)
        chosen = [field for field in fields.order_by("seq") if not contested or field.code in contested]
        for field in chosen:
            old = record.values.get(field.code, "")
            self.fields[f"{VALUE}{field.code}"] = forms.CharField(
                label=f"更正：{field.name}", required=False, max_length=2000,
                help_text=f"现在是“{old}”。只在选择“更正”时填写，不改的留空。" if old else "现在没有填写。",
                initial=contested.get(field.code, ""),
            )  # fmt: skip

    def _names(self) -> list[str]:
        return [name for name in self.fields if name.startswith(VALUE)]

    def decision(self) -> Decision:
        """What was said, as the verbs take it. Raises KeyError on a form that is not valid."""
        said, is_grant = self.cleaned_data, self.cleaned_data["outcome"] == "grant"
        remedy = said.get("remedy", "") if is_grant else ""
        values = {name.removeprefix(VALUE): said[name] for name in self._names() if said[name]}
        return Decision(
            said["outcome"], said["reasons"], said["article"], remedy, values if remedy == Remedy.CORRECT else {}
        )


class OpinionForm(StepForm):
    """What the source department has found."""

    opinion = forms.ChoiceField(
        label="核查意见", choices=list(OPINIONS.items()), widget=forms.RadioSelect,
        error_messages={"required": "请选择核查意见。"},
    )  # fmt: skip
    text = _text(
        "核查的情况和依据", "写明查了什么、依据什么文书和材料。审核员和申请人都看得到。", "请写明核查的情况和依据。", 5
    )


class ConfirmForm(forms.Form):
    use_required_attribute = False
    note = _text("更新和纠正的情况", "", "请写明更新和纠正的情况。", rows=2)
