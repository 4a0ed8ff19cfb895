"""Finding a record by its document, and telling another department of an error in it."""

import uuid

from django import forms

from catalogue.models import FieldType
from records.forms_special import NUMBER_KINDS
from records.models import Record
from repair.forms_review import LONGEST
from repair.forms_scans import scans
from repair.services import Claim
from repair.workflow import CaseKind

SEVERAL = ("", "不止一处，或者不是其中一项")


class FindForm(forms.Form):
    """Both must be known exactly. The number travels in the body of the POST only."""

    use_required_attribute = False
    document_no = forms.CharField(
        label="文书号",
        max_length=128,
        help_text="照决定书、通知书填写。",
        error_messages={"required": "请填写文书号。"},
    )
    number_kind = forms.ChoiceField(label="代码或证件类型", choices=NUMBER_KINDS)
    number = forms.CharField(
        label="号码", max_length=40, help_text="照申请人出示的证件填写。查找会记入审计日志。",
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        error_messages={"required": "请填写号码。"},
    )  # fmt: skip


class CorrectionForm(forms.Form):
    """更正告知: which field of another department's record is wrong, what it should be, and how one knows."""

    use_required_attribute = False
    key = forms.UUIDField(widget=forms.HiddenInput, initial=lambda: uuid.uuid4().hex)
    field = forms.ChoiceField(label="哪一项有误", required=False)
    claimed = forms.CharField(label="应当是", max_length=2000, required=False, help_text="写明正确的内容。")
    text = forms.CharField(
        label="怎样发现、依据什么", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="提供单位据此核查。不写证件号码、电话和住址。",
        error_messages={"required": "请写明怎样发现、依据什么。"},
    )  # fmt: skip
    scans = scans("依据的扫描件")

    def __init__(self, data=None, files=None, *, record: Record):
        super().__init__(data, files)
        fields = record.item.fields.exclude(type=FieldType.ID_NUMBER).exclude(code__in=record.secrets)
        self.names = dict(fields.order_by("seq").values_list("code", "name"))
        self.fields["field"].choices = [SEVERAL, *self.names.items()]

    def clean(self):
        said = super().clean()
        if said.get("field") and not said.get("claimed", "").strip():
            self.add_error("claimed", "请写明正确的内容。")
        return said

    def claim(self, record: Record, old: str) -> Claim:
        """What was typed, about this record; `old` is what stands there now, where the writer may read it."""
        said = self.cleaned_data
        line = {"code": said["field"], "label": self.names.get(said["field"], ""), "old": old}
        contested = [line | {"claimed": said["claimed"].strip()}] if said["field"] else []
        return Claim(kind=CaseKind.CORRECTION, record=record, text=said["text"], contested=contested)
