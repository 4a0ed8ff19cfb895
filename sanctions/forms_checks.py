"""Forms of the check, of lists of names, of cases of a month, of certificates and subscriptions."""

from datetime import date

from django import forms

from catalogue.models import SubjectKind
from records.forms import ANY, FilterForm, KeyedForm
from records.identity import PERSON_ID_KINDS
from records.models import IdentifierKind
from records.services.special import Sought
from sanctions.models import Channel, Matter, Verdict
from sanctions.services.checks import ROWS_AT_MOST

USCC = IdentifierKind.USCC.label
NUMBER_KINDS = [(name, name) for name in (USCC, *PERSON_ID_KINDS)]
TYPED = forms.DateInput(attrs={"inputmode": "numeric", "placeholder": "2026-11-03"}, format="%Y-%m-%d")
DATE_ERRORS = {"invalid": "请按 2026-11-03 的样式填写。", "required": "请填写日期。"}
NUMBER = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}


def matter_choices() -> list[tuple[str, str]]:
    return [
        ("", "请选择"),
        *Matter.objects.filter(is_active=True).order_by("-must_check", "pk").values_list("code", "name"),
    ]


class MatterField(forms.ChoiceField):
    def __init__(self, **kwargs):
        super().__init__(label="事项", choices=matter_choices, error_messages={"required": "请选择事项。"}, **kwargs)

    def clean(self, value):
        return Matter.objects.get(code=super().clean(value))


class SubjectForm(KeyedForm):
    """Somebody by name and number. Numbers travel in the body of the POST only."""

    use_required_attribute = False

    number_kind = forms.ChoiceField(label="代码或证件类型", choices=NUMBER_KINDS)
    number = forms.CharField(
        label="号码", max_length=40, widget=forms.TextInput(NUMBER), error_messages={"required": "请填写号码。"}
    )
    name = forms.CharField(
        label="名称或姓名",
        max_length=200,
        help_text="与号码一起核对；自然人姓名与号码不符的，不予答复。",
        error_messages={"required": "请填写名称或姓名。"},
    )
    consent_no = forms.CharField(
        label="授权书编号", max_length=100, required=False, help_text="自然人须填，依职责可以直接查询的事项除外。"
    )

    def sought(self) -> Sought:
        data = self.cleaned_data
        kind = SubjectKind.ORGANISATION if data["number_kind"] == USCC else SubjectKind.PERSON
        return Sought(kind.value, data["name"], data["number"], data["number_kind"])


class CheckForm(SubjectForm):
    matter = MatterField()
    matter_no = forms.CharField(
        label="业务编号",
        max_length=100,
        required=False,
        help_text="本部门的受理编号，不写个人信息。填写后计入该事项的“已查”。",
    )

    field_order = ("matter", "number_kind", "number", "name", "consent_no", "matter_no")


class NamesForm(KeyedForm):
    use_required_attribute = False

    matter = MatterField()
    file = forms.FileField(
        label="名单文件",
        help_text=f"Excel（.xlsx）或 CSV，至多 {ROWS_AT_MOST:,} 行。列名：名称、号码；自然人可加“证件类型”。",
        error_messages={"required": "请选择名单文件。", "empty": "文件是空的。"},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    consent_no = forms.CharField(
        label="授权书编号", max_length=100, required=False, help_text="名单中有自然人的须填，可写批次授权文件的编号。"
    )


class CheckFilterForm(FilterForm):
    matter = forms.ChoiceField(label="事项", required=False)
    verdict = forms.ChoiceField(label="结论", choices=[ANY, *Verdict.choices], required=False)
    channel = forms.ChoiceField(label="方式", choices=[ANY, *Channel.choices], required=False)
    since = forms.DateField(label="自", required=False, widget=TYPED, error_messages=DATE_ERRORS)
    until = forms.DateField(label="至", required=False, widget=TYPED, error_messages=DATE_ERRORS)

    def __init__(self, data):
        self.base_fields["matter"].choices = [ANY, *Matter.objects.values_list("code", "name")]
        super().__init__(data)


class CasesForm(forms.Form):
    use_required_attribute = False

    matter = MatterField()
    month = forms.RegexField(
        r"^[0-9]{4}-(0[1-9]|1[0-2])$",
        label="月份",
        error_messages={"required": "请填写月份。", "invalid": "请按 2026-11 的样式填写。"},
        widget=forms.TextInput({"placeholder": "2026-11", "inputmode": "numeric"}),
    )
    count = forms.IntegerField(
        label="办件量",
        min_value=0,
        error_messages={"required": "请填写办件量。", "invalid": "请填写整数。", "min_value": "不能是负数。"},
    )
    source = forms.CharField(label="数据来源", max_length=200, required=False, help_text="例如审批系统的名称。")

    def clean_month(self) -> date:
        year, month = map(int, self.cleaned_data["month"].split("-"))
        if year < 2000:
            raise forms.ValidationError("请核对年份。", code="month_invalid")
        return date(year, month, 1)


class EligibilityForm(SubjectForm):
    on = forms.DateField(
        label="截至", widget=TYPED, error_messages=DATE_ERRORS, help_text="证明这一天以前连续三年的情况，不晚于今天。"
    )

    field_order = ("number_kind", "number", "name", "on", "consent_no")


class SubscriptionForm(SubjectForm):
    matter = MatterField()
    reference = forms.CharField(
        label="业务编号",
        max_length=100,
        help_text="通知里只带这个编号，自然人的姓名和号码不会发出。",
        error_messages={"required": "请填写业务编号。"},
    )
    url = forms.CharField(
        label="接收地址",
        max_length=500,
        help_text="https:// 开头，互联网可以访问的地址。",
        error_messages={"required": "请填写接收地址。"},
        widget=forms.TextInput({"placeholder": "https://", "inputmode": "url"}),
    )

    field_order = ("matter", "number_kind", "number", "name", "consent_no", "reference", "url")


class ReplayForm(forms.Form):
    use_required_attribute = False

    since = forms.DateField(label="自", widget=TYPED, error_messages=DATE_ERRORS)
