"""Forms of corrections, withdrawals and erasures."""

from django import forms

from catalogue.models import FieldType, ItemField
from records.forms import OTHER, OTHER_WORD, KeyedForm
from records.models import Record, WithdrawalReason

NO_NUMBERS = "不要写证件号码。"


class WhyForm(KeyedForm):
    """The reason every change needs, and the document that shows it."""

    use_required_attribute = False

    reason = forms.CharField(
        label="变更原因",
        max_length=500,
        widget=forms.Textarea,
        help_text=f"写明哪里有误、如何发现。{NO_NUMBERS}",
        error_messages={"required": "请写明变更原因。"},
    )
    evidence_no = forms.CharField(
        label="依据文号", max_length=128, required=False, help_text="更正或撤销决定的文书号；没有的不填。"
    )


class WithdrawForm(WhyForm):
    reason_code = forms.ChoiceField(
        label="撤回原因",
        choices=[("", "请选择"), *WithdrawalReason.choices],
        error_messages={"required": "请选择撤回原因。"},
    )

    field_order = ("reason_code", "reason", "evidence_no")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = "说明"
        self.fields["reason"].help_text = f"例如“决定已被复议机关撤销”。{NO_NUMBERS}"
        self.fields["reason"].error_messages["required"] = "请写明撤回的情况。"


class OpinionForm(forms.Form):
    """One opinion on what somebody else asked for."""

    use_required_attribute = False

    decision = forms.ChoiceField(
        label="结论",
        choices=[("approve", "同意"), ("refuse", "不同意")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择结论。"},
    )
    reason = forms.CharField(
        label="意见",
        max_length=500,
        widget=forms.Textarea,
        help_text=f"申请人会看到。{NO_NUMBERS}",
        error_messages={"required": "请写明意见。"},
    )


class ErasureForm(forms.Form):
    """The decision that orders a record's content to cease to exist."""

    use_required_attribute = False

    authority = forms.CharField(
        label="作出决定的机关", max_length=200, error_messages={"required": "请填写作出决定的机关。"}
    )
    document_no = forms.CharField(label="决定文号", max_length=128, error_messages={"required": "请填写决定文号。"})
    legal_basis = forms.CharField(
        label="法律依据",
        max_length=300,
        help_text="要求删除的法律条款，例如“《个人信息保护法》第四十七条第一款第四项”。",
        error_messages={"required": "请填写法律依据。"},
    )
    reason = forms.CharField(
        label="说明",
        max_length=500,
        widget=forms.Textarea,
        help_text=NO_NUMBERS,
        error_messages={"required": "请写明情况。"},
    )


def as_typed(record: Record, fields: list[ItemField]) -> dict[str, object]:
    """A record's values as its form holds them. Sealed numbers stay away: an empty field keeps them."""
    typed: dict[str, object] = {}
    for field in fields:
        text = record.values.get(field.code, "")
        if field.type == FieldType.MULTI_ENUM:
            chosen = [part for part in text.split("、") if part]
            typed[field.code] = [_choice(field, part, typed) for part in chosen]
        elif text and field.values:
            typed[field.code] = _choice(field, text, typed)
        elif text:
            typed[field.code] = text
    return typed


def _choice(field: ItemField, word: str, typed: dict[str, object]) -> str:
    """“其他-…” is chosen as 其他, and what it is stands in a field of its own."""
    if word in field.values or not field.open_values:
        return word
    typed[field.code + OTHER] = word.removeprefix(f"{OTHER_WORD}-")
    return OTHER_WORD
