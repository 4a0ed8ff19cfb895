"""What somebody asks for online, one form a kind; what a draft keeps of it, and back into the form."""

from collections.abc import Iterable, Mapping

from django import forms
from django.utils.html import format_html

from accounts.models import Department
from catalogue.models import ItemField
from repair.forms_review import LONGEST
from repair.guidance import Advice, WayWords
from repair.models import Draft
from repair.services.drafts import ABOUT, FIELDS
from repair.services.opening import LONGEST_STATEMENT
from repair.workflow import CaseKind
from sanctions.models import MeasureTask

CONTESTED = "contested-"


def _claim(label: str, help_text: str, rows: int = 6) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": rows}), help_text=help_text,
        error_messages={"required": f"请填写{label}。"},
    )  # fmt: skip


class ApplyForm(forms.Form):
    """The version is that of the draft the page shows, 0 where there is none yet."""

    use_required_attribute = False
    version = forms.IntegerField(min_value=0, initial=0, required=False, widget=forms.HiddenInput)


class RepairForm(ApplyForm):
    """Only the ways that can be taken today, each with its article and what proves it."""

    def __init__(self, *args, advice: Advice, **kwargs):
        super().__init__(*args, **kwargs)
        self.advice = advice
        self.fields["way"] = forms.ChoiceField(
            label="用哪一种方式", choices=[(way.way, _explained(way)) for way in advice.ways],
            widget=forms.RadioSelect, error_messages={"required": "请选择一种方式。"},
        )  # fmt: skip
        self.fields["text"] = _claim(
            "请求和理由", f"写明做了什么、何时做的。自主解释的，写要展示的话，最长 {LONGEST_STATEMENT} 个字。"
        )
        self.fields["has_committed"] = forms.BooleanField(
            label="我已阅读上面的信用承诺书，愿意作出承诺", error_messages={"required": "请勾选信用承诺书。"}
        )
        self.fields["signature"] = forms.CharField(
            label="签名", max_length=200, help_text="填写您登录的姓名或者名称，与手写签名效力相同。",
            error_messages={"required": "请在承诺书下签名。"},
        )  # fmt: skip

    def clean(self):
        said = super().clean()
        if said.get("way") == "statement" and len(said.get("text", "")) > LONGEST_STATEMENT:
            self.add_error("text", f"自主解释最长 {LONGEST_STATEMENT} 个字，现在有 {len(said['text'])} 个。")
        return said


def _explained(way: WayWords) -> str:
    return format_html(
        '<span><strong>{}</strong>：{}<span class="facts__note">依据：{}</span>'
        '<span class="facts__note">材料：{}</span></span>',
        way.label, way.what, way.article, way.proof,
    )  # fmt: skip


class ObjectionForm(ApplyForm):
    """What it is about, and field by field what stands there now and what should."""

    def __init__(
        self, *args, about: Iterable[str], fields: Iterable[tuple[ItemField, str]], tasks: Iterable[MeasureTask],
        **kwargs,
    ):  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["about"] = forms.ChoiceField(
            label="对什么有异议", choices=[(code, "：".join(ABOUT[code])) for code in about],
            widget=forms.RadioSelect, error_messages={"required": "请选择对什么有异议。"},
        )  # fmt: skip
        if tasks:
            measures = [(str(task.public_id), f"{task.measure}（{task.department}）") for task in tasks]
            self.fields["task"] = forms.ChoiceField(
                label="哪一项措施", required=False, help_text="对措施有异议的选择。",
                choices=[("", "请选择"), *measures],
            )  # fmt: skip
        self.contested = []
        for field, old in fields:
            name = f"{CONTESTED}{field.code}"
            self.fields[name] = forms.CharField(
                label=field.name, required=False, max_length=2000, help_text=f"现在写的是：{old}"
            )
            self.contested.append(name)
        self.fields["text"] = _claim("请求和理由", "写明哪里不对、您知道的情况是怎样的。")

    @property
    def contested_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.contested]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name not in self.contested]


class ReviewForm(ApplyForm):
    """A reconsideration or lawsuit that has begun elsewhere, made known here."""

    review_body = forms.CharField(
        label="复议机关或者法院", max_length=200, error_messages={"required": "请填写复议机关或者法院。"}
    )
    review_no = forms.CharField(
        label="案号", max_length=128, help_text="写在受理通知书上。", error_messages={"required": "请填写案号。"}
    )
    text = _claim("情况说明", "写明对哪一个决定不服、现在到了哪一步。")


class ComplaintForm(ApplyForm):
    department = forms.ModelChoiceField(
        Department.objects.none(), label="投诉的单位", empty_label="请选择",
        error_messages={"required": "请选择投诉的单位。", "invalid_choice": "请从列表中选择单位。"},
    )  # fmt: skip
    text = _claim("投诉的事项", "写明什么时候、什么事、您的要求。不同意一条记录的内容的，请在那条记录的页面提出异议。")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.order_by("region_id", "name")


def content_of(kind: str, data: Mapping[str, str]) -> dict[str, object]:
    """What a draft keeps of what was sent, right or wrong."""
    content: dict[str, object] = {
        name: data[name].strip() for name in FIELDS[kind] if isinstance(data.get(name), str) and data[name].strip()
    }
    contested = {
        name.removeprefix(CONTESTED): data[name].strip()
        for name in data
        if name.startswith(CONTESTED) and data[name].strip()
    }
    if kind == CaseKind.OBJECTION and contested:
        content["contested"] = contested
    return content


def data_of(draft: Draft) -> dict[str, object]:
    """A draft as its form takes it."""
    content = dict(draft.content)
    contested = content.pop("contested", {})
    return content | {CONTESTED + code: said for code, said in contested.items()} | {"version": draft.version}
