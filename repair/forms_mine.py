"""What somebody signed in fills in about itself: whom it gives power to, what it adds or takes back."""

from django import forms

from catalogue.models import SubjectKind
from records.identity import PERSON_ID_KINDS
from repair.forms_review import LONGEST

DOCUMENTS = [*PERSON_ID_KINDS, "其他证件"]


class PowerForm(forms.Form):
    """授权委托: whom, by name and number, and until when."""

    use_required_attribute = False
    agent_kind = forms.ChoiceField(
        label="代理人是", choices=SubjectKind.choices, widget=forms.RadioSelect, initial=SubjectKind.PERSON,
        error_messages={"required": "请选择代理人是自然人还是单位。"},
    )  # fmt: skip
    agent_name = forms.CharField(
        label="代理人的姓名或者名称", max_length=200, error_messages={"required": "请填写代理人的姓名或者名称。"},
        help_text="与证件上的一字不差。", widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    number_kind = forms.ChoiceField(
        label="证件类型", choices=[(name, name) for name in DOCUMENTS], required=False, help_text="代理人是单位的不选。"
    )
    number = forms.CharField(
        label="证件号码", max_length=40, error_messages={"required": "请填写代理人的证件号码。"},
        help_text="自然人的证件号码，或者单位的统一社会信用代码。加密保存，不再显示。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    until = forms.DateField(
        label="委托到", widget=forms.DateInput(attrs={"type": "date"}), help_text="含当日。可以随时撤销。",
        error_messages={"required": "请填写委托到哪一天。", "invalid": "请填写日期，例如 2027-06-30。"},
    )  # fmt: skip


class SupplementForm(forms.Form):
    """补正: what was added."""

    use_required_attribute = False
    version = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(
        label="补正说明", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="按告知的内容逐项说明。不写证件号码。", error_messages={"required": "请说明补正了哪些内容。"},
    )  # fmt: skip


class RecallForm(forms.Form):
    """撤回: why."""

    use_required_attribute = False
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="撤回的理由", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明撤回的理由。"},
    )  # fmt: skip
