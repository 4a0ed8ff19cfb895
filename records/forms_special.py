"""Forms of 特殊查询."""

from django import forms

from catalogue.models import SubjectKind
from records.identity import PERSON_ID_KINDS
from records.models import IdentifierKind, SpecialQuery
from records.services.special import Sought

USCC = IdentifierKind.USCC.label
NUMBER_KINDS = [(name, name) for name in (USCC, *PERSON_ID_KINDS)]


class SpecialQueryForm(forms.Form):
    """What is asked, about whom, what for, on what basis, for how long. Numbers travel in the body of the POST only."""

    use_required_attribute = False

    number_kind = forms.ChoiceField(label="代码或证件类型", choices=NUMBER_KINDS)
    number = forms.CharField(
        label="号码",
        max_length=40,
        help_text="自然人的证件号码加密保存，不会出现在日志中。",
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        error_messages={"required": "请填写号码。"},
    )
    name = forms.CharField(label="名称或姓名", max_length=200, error_messages={"required": "请填写名称或姓名。"})
    scope = forms.ChoiceField(
        label="查询范围",
        choices=[("shared", "政务共享的字段"), ("authorised", "政务共享和授权查询的字段")],
        initial="shared",
        widget=forms.RadioSelect,
        help_text="按办理事项必需的最小范围选择。",
    )
    purpose = forms.CharField(
        label="用途",
        max_length=500,
        widget=forms.Textarea,
        help_text="写明办理的事项和为什么需要查询。不要写证件号码。",
        error_messages={"required": "请写明用途。"},
    )
    legal_basis = forms.CharField(
        label="依据",
        max_length=300,
        help_text="允许本部门查询的法律、法规或文件，写到条款。",
        error_messages={"required": "请写明依据。"},
    )
    case_no = forms.CharField(label="案号或文号", max_length=128, error_messages={"required": "请填写案号或文号。"})
    days = forms.IntegerField(
        label="查询天数",
        min_value=1,
        initial=7,
        error_messages={"required": "请填写查询天数。", "invalid": "请填写整数。"},
    )

    def __init__(self, *args, longest: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["days"].help_text = f"自审核准予之日起算，最长 {longest} 日，期满自动停止。"

    def asked(self) -> dict:
        """The arguments of request_special_query."""
        data = self.cleaned_data
        rest = {name: data[name] for name in ("scope", "purpose", "legal_basis", "case_no", "days")}
        kind = SubjectKind.ORGANISATION if data["number_kind"] == USCC else SubjectKind.PERSON
        return {"sought": Sought(kind.value, data["name"], data["number"], data["number_kind"]), **rest}


class DecisionForm(forms.Form):
    """One opinion, one of two decisions."""

    use_required_attribute = False

    decision = forms.ChoiceField(
        label="审核结论",
        choices=[("grant", "准予查询"), ("deny", "不予准许")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择审核结论。"},
    )
    reason = forms.CharField(
        label="审核意见",
        max_length=SpecialQuery._meta.get_field("decision_reason").max_length,
        widget=forms.Textarea,
        help_text="申请部门会看到。写明用途、依据和范围是否相称。不要写证件号码。",
        error_messages={"required": "请写明审核意见。"},
    )
