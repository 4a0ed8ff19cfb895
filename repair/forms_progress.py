"""Number and check code of a receipt, as somebody reads them off the paper."""

import unicodedata

from django import forms

LONGEST = 40


class ReceiptField(forms.CharField):
    """Letters and figures in whatever width, case and grouping they were typed."""

    def __init__(self, **settings):
        attributes = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        super().__init__(max_length=LONGEST, widget=forms.TextInput(attrs=attributes), **settings)

    def to_python(self, value):
        return "".join(unicodedata.normalize("NFKC", super().to_python(value)).split()).upper()


class ReceiptForm(forms.Form):
    use_required_attribute = False
    number = ReceiptField(
        label="受理号", help_text="印在回执上，例如 YY20261122-00017。", error_messages={"required": "请填写受理号。"}
    )
    check_code = ReceiptField(
        label="查询码", help_text="印在受理号旁边，8 位字母和数字。", error_messages={"required": "请填写查询码。"}
    )
