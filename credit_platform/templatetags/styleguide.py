"""Made-up content for templates/styleguide.html: long names, rare characters, every state. Used by no other page."""

import datetime
from typing import Any

from django import forms, template
from django.core.paginator import Page, Paginator
from django.utils import timezone

register = template.Library()

TODAY = datetime.date(2026, 11, 22)
# Typed, not picked: clerks copy dates from paper, and a browser's own picker speaks the browser's language.
DATE_ATTRIBUTES = {"inputmode": "numeric", "placeholder": "2026-11-03"}


class PenaltyExample(forms.Form):
    """A form with every kind of field, as a clerk would meet it."""

    name = forms.CharField(label="行政相对人名称", help_text="与营业执照一致，括号用全角。")
    uscc = forms.CharField(label="统一社会信用代码", help_text="18 位，最后一位是校验码。", max_length=18)
    document_no = forms.CharField(label="行政处罚决定书文号")
    kind = forms.ChoiceField(label="处罚类别", choices=[("", "请选择"), ("warning", "警告"), ("fine", "罚款")])
    severity = forms.ChoiceField(
        label="失信程度",
        choices=[("minor", "轻微"), ("ordinary", "一般"), ("serious", "严重")],
        widget=forms.RadioSelect,
        help_text="决定公示期的长短，依据见目录。",
    )
    grounds = forms.MultipleChoiceField(
        label="涉及领域",
        choices=[("food", "食品"), ("drug", "药品"), ("safety", "安全生产")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    decided_on = forms.DateField(label="处罚决定日期", widget=forms.DateInput(attrs=DATE_ATTRIBUTES))
    facts = forms.CharField(label="违法事实", widget=forms.Textarea, required=False)
    evidence = forms.FileField(label="决定书", required=False, help_text="PDF 或 OFD，不超过 20 MB。")
    agreed = forms.BooleanField(label="已核对决定书原件，所填内容与原件一致")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages["required"] = f"请填写或选择{field.label}。"
        self.fields["agreed"].error_messages["required"] = "请核对原件后勾选。"


class RecordFilterExample(forms.Form):
    """A filter bar whose state lives in the address."""

    item = forms.ChoiceField(label="信息事项", choices=[("", "全部"), ("permit", "行政许可")], required=False)
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), ("displayed", "公示中")], required=False)
    since = forms.DateField(label="决定日期自", widget=forms.DateInput(attrs=DATE_ATTRIBUTES), required=False)


def _refused_form() -> PenaltyExample:
    form = PenaltyExample(
        data={"name": "西双版纳傣族自治州勐腊县某某示例农业科技发展有限责任公司", "uscc": "91532801MA00DEM00"}
    )
    form.full_clean()
    form.add_error("uscc", "应为 18 位，现在是 17 位。请对照营业执照补全。")
    return form


def _subjects() -> list[dict[str, Any]]:
    rows = [
        (
            "西双版纳傣族自治州某某示例农业科技发展有限责任公司",
            "91532801MA00DEM006",
            "西双版纳州景洪市",
            "行政许可 12 条，行政处罚 1 条",
        ),
        ("新平彝族傣族自治县𬭩䶮示例矿业有限公司", "91530427MA00DEM01H", "玉溪市新平县", "行政许可 3 条"),
        ("昆明演示餐饮管理有限公司（五华分公司）", "91530102MA00DEM02X", "昆明市五华区", "查询期内无相关信息"),
    ]
    subjects = [dict(zip(("name", "code", "region", "summary"), row, strict=True), url="#") for row in rows]
    subjects[0]["honour"] = "纳税信用 A 级"
    return subjects


def _records() -> list[dict[str, Any]]:
    disputed = {"kind": "info", "icon": "pause", "label": "异议核查中"}
    return [
        {
            "url": "#",
            "title": "未按规定建立农产品生产记录",
            "document_no": "（西）农罚〔2026〕示例 17 号",
            "department": "西双版纳州示例农业农村局",
            "decided_on": datetime.date(2026, 3, 1),
            "displayed_until": datetime.date(2027, 3, 1),
            "state": disputed,
        },
        {
            "url": "#",
            "title": "农药经营许可",
            "document_no": "农药经许（滇）53280120006",
            "department": "西双版纳州示例农业农村局",
            "decided_on": datetime.date(2025, 6, 18),
            "displayed_until": datetime.date(2030, 6, 17),
        },
    ]


def _facts() -> list[dict[str, Any]]:
    return [
        {"term": "行政相对人", "value": _subjects()[0]["name"], "kind": "name", "url": "#"},
        {"term": "统一社会信用代码", "value": "91532801MA00DEM006", "kind": "code", "copy": "统一社会信用代码"},
        {"term": "决定书文号", "value": "（西）农罚〔2026〕示例 17 号"},
        {"term": "处罚内容", "value": "罚款人民币 2,000.00 元，责令三十日内改正"},
        {"term": "决定日期", "value": datetime.date(2026, 3, 1), "kind": "date"},
        {"term": "公示至", "value": datetime.date(2027, 3, 1), "kind": "date", "note": "还有 99 天，期满自动停止公示"},
        {"term": "有效期至", "value": None, "kind": "date"},
    ]


def _history() -> list[dict[str, Any]]:
    def moment(*parts: int) -> datetime.datetime:
        return datetime.datetime(*parts, tzinfo=timezone.get_default_timezone())  # type: ignore[arg-type]

    return [
        {"at": moment(2026, 11, 20, 9, 12), "title": "受理异议申请，标注“异议核查中”", "actor": "云南省示例信用中心"},
        {"at": moment(2026, 3, 3, 2, 15), "title": "国家平台已接收", "note": "回执 530000-20260303-000017"},
        {"at": moment(2026, 3, 2, 16, 40), "title": "开始公示", "actor": "西双版纳州示例农业农村局"},
    ]


def _tasks() -> list[dict[str, Any]]:
    rows = [(-1, None, "stop"), (0, 0, "soon"), (2, 2, "soon"), (12, 8, "in-time")]
    names = [subject["name"] for subject in _subjects()] + ["楚雄彝族自治州演示建筑工程有限公司"]
    return [
        {
            "name": name,
            "code": f"XY-2026-{number:06d}",
            "matter": "异议申请初审" if number % 2 else "信用修复受理",
            "due_on": TODAY + datetime.timedelta(days=days),
            "working_days": working,
        }
        for number, ((days, working, _), name) in enumerate(zip(rows, names, strict=True), start=1204)
    ]


def _page() -> Page:
    return Paginator(range(1204), 50).page(3)


@register.simple_tag
def styleguide_content() -> dict[str, Any]:
    """Return the content of every example on the style guide page."""
    return {
        "today": TODAY,
        "subjects": _subjects(),
        "records": _records(),
        "facts": _facts(),
        "history": _history(),
        "tasks": _tasks(),
        "page": _page(),
        "form": _refused_form(),
        "filters": RecordFilterExample(data={"state": "displayed"}),
        "active_filters": [("状态：公示中", "#"), ("事项：行政处罚", "#")],
        "crumbs": [("待办", "#"), ("记录", "#"), ("样式与组件", "")],
        "explanation": {
            "starts_on": datetime.date(2026, 11, 13),
            "started_by": "收到异议申请的次日起算",
            "rule": "7 个工作日",
            "article": "示例条款",
            "skipped": [datetime.date(2026, 11, 14), datetime.date(2026, 11, 15)],
            "calendar_version": "2026 年第 2 版",
        },
        "actions": [
            {"title": "认为内容有误", "text": "提出异议，7 个工作日内答复。", "url": "#"},
            {"title": "已经改正", "text": "满最短公示期后可申请信用修复。", "url": "#"},
            {"title": "下载信用报告", "text": "PDF，附核验编号。", "url": "#"},
        ],
        "figures": [
            {"value": "1,204,518", "label": "公示中的行政许可", "note": "截至 2026-11-22", "url": "#"},
            {"value": "86,021", "label": "公示中的行政处罚", "note": "截至 2026-11-22", "url": "#"},
            {"value": "3.2 个工作日", "label": "异议答复平均用时", "note": "2026 年 10 月"},
        ],
        "steps": [
            {"title": "提交申请", "text": "2026-11-13 已收到", "state": "done"},
            {"title": "核查", "text": "由作出决定的部门核实", "state": "current"},
            {"title": "答复", "text": "不晚于 2026-11-24", "state": "next"},
        ],
        "sections": [
            {"id": "buttons", "label": "按钮与徽标", "count": 12},
            {"id": "facts", "label": "事实", "count": 7},
            {"id": "forms", "label": "表单", "count": None},
        ],
    }
