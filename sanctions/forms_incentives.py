"""Forms of what rewards the honest: finance products, applications for them, events at which they are recommended."""

from django import forms

from accounts.models import Department, Region
from catalogue.models import SubjectKind
from deadlines.clock import today
from records.forms import ANY, DayField, FilterForm, KeyedForm
from records.services.special import Sought
from sanctions import packaging
from sanctions.models import EventKind, FinanceKind, FinanceProduct, ListKind
from sanctions.services.finance import TEXTS, Wanted
from sanctions.services.promotion import Occasion
from sanctions.workflow import FinanceState

NUMBER = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
PROVINCE = "530000"
BANKS = "YH"  # the line of banks that have an account here


def _text(label: str, length: int, help_text: str = "") -> forms.CharField:
    errors = {"required": f"请填写{label}。"}
    return forms.CharField(label=label, max_length=length, help_text=help_text, error_messages=errors)


def _long(label: str, help_text: str = "") -> forms.CharField:
    errors = {"required": f"请填写{label}。"}
    return forms.CharField(
        label=label, max_length=2000, widget=forms.Textarea, help_text=help_text, error_messages=errors
    )


class ProductForm(forms.Form):
    """What a bank offers, in its own words."""

    use_required_attribute = False

    kind = forms.ChoiceField(
        label="种类", choices=[("", "请选择"), *FinanceKind.choices], error_messages={"required": "请选择种类。"}
    )
    name = _text("产品名称", 100)
    bank_name = _text("银行或者机构", 100)
    bank = forms.ModelChoiceField(
        label="机构的平台账户", queryset=Department.objects.none(), required=False, to_field_name="code",
        empty_label="没有账户",
        help_text="有账户的，由机构自己领取申请单位授权的数据；没有的，由受理窗口生成一次签名文件。",
    )  # fmt: skip
    objects_text = _long("适用对象")
    conditions = _long("申请条件")
    amount = _text("额度", 100, "例如：最高 300 万元。")
    term = _text("期限", 100, "例如：最长 36 个月。")
    cost = _text("利率和费用", 200, "写全，包括担保费、手续费；没有的写“不收取其他费用”。")
    contact = _text("咨询方式", 100)
    source = _text("来源", 200, "机构的书面说明或者网页，写明日期。")
    offered_until = DayField(label="受理至", help_text="长期受理的不填。")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["bank"].queryset = Department.objects.filter(code__endswith=f"-{BANKS}").order_by("code")

    def texts(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in TEXTS}


class OpinionForm(forms.Form):
    use_required_attribute = False

    opinion = forms.CharField(
        label="核准意见", max_length=2000, widget=forms.Textarea, error_messages={"required": "请写明核准意见。"}
    )


class CloseForm(forms.Form):
    use_required_attribute = False

    reason = forms.CharField(
        label="原因", max_length=500, widget=forms.Textarea, error_messages={"required": "请写明原因。"}
    )


class ApplicationForm(KeyedForm):
    """Who asks for which product, and what the bank may be told."""

    use_required_attribute = False

    product = forms.ModelChoiceField(
        label="金融产品", queryset=FinanceProduct.objects.none(), to_field_name="public_id", empty_label="请选择",
        error_messages={"required": "请选择产品。", "invalid_choice": "该产品没有公布或者已经停办。"},
    )  # fmt: skip
    number = forms.CharField(
        label="统一社会信用代码", max_length=40, widget=forms.TextInput(NUMBER),
        error_messages={"required": "请填写统一社会信用代码。"},
    )  # fmt: skip
    name = _text("单位名称", 200)
    amount = _text("申请金额", 50, "例如：50 万元。")
    purpose = _text("用途", 200)
    contact = _text("单位的联系方式", 100, "供机构联系，写单位电话或者邮箱。")
    consent_no = _text("授权书编号", 100, "申请单位盖章的授权书，原件由受理部门留存。")
    consent_on = DayField(label="授权日期", required=True, error_messages={"required": "请填写授权日期。"})
    consent_until = DayField(label="授权期限至", required=True, error_messages={"required": "请填写授权期限。"})
    items = forms.MultipleChoiceField(
        label="授权提供的事项", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="正在公示的内容人人可见，总是提供。勾选的事项另外提供授权后才可见的内容；证件号码和高度敏感的内容从不提供。",
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["product"].queryset = FinanceProduct.objects.offered(on=today()).order_by("bank_name", "name")
        self.fields["items"].choices = [(item.code, item.name) for item in packaging.openable_items(on=today())]

    def sought(self) -> Sought:
        return Sought(SubjectKind.ORGANISATION.value, self.cleaned_data["name"], self.cleaned_data["number"])

    def wanted(self) -> Wanted:
        names = ("amount", "purpose", "contact", "consent_no", "consent_on", "consent_until", "items")
        return Wanted(**{name: self.cleaned_data[name] for name in names})


class AnswerForm(forms.Form):
    use_required_attribute = False

    is_granted = forms.ChoiceField(
        label="机构的决定", choices=[("yes", "同意"), ("no", "不同意")], widget=forms.RadioSelect,
        error_messages={"required": "请选择机构的决定。"},
    )  # fmt: skip
    answer = forms.CharField(
        label="答复内容", max_length=500, widget=forms.Textarea, help_text="同意的写金额和期限，不同意的写理由。",
        error_messages={"required": "请写明答复的内容。"},
    )  # fmt: skip


class ApplicationFilterForm(FilterForm):
    state = forms.ChoiceField(label="状态", required=False, choices=[ANY, *FinanceState.choices])
    name = forms.CharField(label="申请单位", required=False, max_length=100)


class EventForm(forms.Form):
    """An event, and from where the list of it is computed."""

    use_required_attribute = False

    kind = forms.ChoiceField(
        label="种类", choices=[("", "请选择"), *EventKind.choices], error_messages={"required": "请选择种类。"}
    )
    name = _text("活动名称", 100)
    place = _text("地点", 100)
    begins_on = DayField(label="开始日期", required=True, error_messages={"required": "请填写开始日期。"})
    ends_on = DayField(label="结束日期", required=True, error_messages={"required": "请填写结束日期。"})
    about = _long("说明", "向社会公布：活动内容、如何参加。")
    list_codes = forms.MultipleChoiceField(
        label="推介自名单", widget=forms.CheckboxSelectMultiple, error_messages={"required": "请选择名单。"},
        help_text="只推介核准之日在列、近三年没有失信记录的企业和其他组织；以后移出名单的，随即不再显示。",
    )  # fmt: skip
    region_prefix = forms.ChoiceField(label="登记地", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        honours = ListKind.objects.in_force(on=today()).honours().order_by("code")
        self.fields["list_codes"].choices = [(kind.code, kind.name) for kind in honours]
        places = Region.objects.filter(parent_id=PROVINCE).order_by("code")
        self.fields["region_prefix"].choices = [("", "全省"), *((place.code[:4], place.name) for place in places)]

    def occasion(self) -> Occasion:
        return Occasion(**self.cleaned_data)
