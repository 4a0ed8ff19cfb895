"""What came to the counter on paper, typed in by who works there."""

import uuid

from django import forms

from repair.forms_review import LONGEST, StepForm
from repair.forms_scans import scans
from repair.models import Way
from repair.services import Claim
from repair.workflow import CaseKind

KINDS = (CaseKind.REPAIR, CaseKind.OBJECTION, CaseKind.REVIEW, CaseKind.COMPLAINT)
BLANK = [("", "请选择")]
# What one kind cannot do without, beside the claim itself: (kind, field, what is said when it is missing).
NEEDED = (
    (CaseKind.REPAIR, "way", "请选择修复的方式。"),
    (CaseKind.REPAIR, "has_committed", "申请信用修复须附申请人签署的信用承诺书。"),
    (CaseKind.REVIEW, "review_body", "请填写复议机关或者法院。"),
    (CaseKind.REVIEW, "review_no", "请填写案号。"),
)


class CounterForm(forms.Form):
    """A request about one record. The key makes a double click one case."""

    use_required_attribute = False
    key = forms.UUIDField(widget=forms.HiddenInput, initial=lambda: uuid.uuid4().hex)
    kind = forms.ChoiceField(
        label="申请事项", choices=[*BLANK, *((kind.value, kind.label) for kind in KINDS)],
        error_messages={"required": "请选择申请事项。"},
    )  # fmt: skip
    text = forms.CharField(
        label="请求和理由", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="照申请书填写。不写证件号码、电话和住址。", error_messages={"required": "请写明请求和理由。"},
    )  # fmt: skip
    way = forms.ChoiceField(
        label="修复方式", required=False, choices=[*BLANK, *Way.choices], help_text="申请信用修复的填写。"
    )
    has_committed = forms.BooleanField(label="申请人已经签署信用承诺书（申请信用修复的）", required=False)
    review_body = forms.CharField(
        label="复议机关或者法院", required=False, max_length=100, help_text="登记复议、诉讼的填写。"
    )
    review_no = forms.CharField(label="案号", required=False, max_length=100, help_text="登记复议、诉讼的填写。")
    agent_name = forms.CharField(label="代理人", required=False, max_length=100, help_text="本人办理的不填。")
    agent_authority = forms.CharField(
        label="授权文书", required=False, max_length=200, help_text="授权委托书的日期和编号；有代理人的填写。"
    )
    scans = scans("申请书和材料的扫描件")

    def clean(self):
        said = super().clean()
        for kind, name, sentence in NEEDED:
            if said.get("kind") == kind and not said.get(name):
                self.add_error(name, sentence)
        if said.get("agent_name") and not said.get("agent_authority"):
            self.add_error("agent_authority", "请填写授权文书。")
        return said

    def claim(self, record) -> Claim:
        """What was typed, about this record; what another kind asks for is left out."""
        said = {name: value for name, value in self.cleaned_data.items() if name not in ("key", "scans")}
        others = {name for kind, name, _ in NEEDED if kind != said["kind"]}
        return Claim(record=record, **{name: value for name, value in said.items() if name not in others})


class SupplementForm(StepForm):
    """What was missing has come to the counter."""

    text = forms.CharField(
        label="补正了哪些材料", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="逐项写明。不写证件号码、电话和住址。", error_messages={"required": "请写明补正了哪些材料。"},
    )  # fmt: skip
    scans = scans("补正材料的扫描件")


class ScansForm(forms.Form):
    """More scans for a case that is being worked on."""

    use_required_attribute = False
    scans = scans()
