"""The portal's pages. All of them only read, all of them as the portal's database role."""

from datetime import date
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from audit.heads import as_published
from audit.models import TreeHead
from catalogue.duties import describe
from catalogue.models import Category, DisplayRule, InformationItem, LegalBasis, Severity, TermMethod
from catalogue.workbook import XLSX, write_workbook
from deadlines.clock import today
from disclosure import asking
from disclosure import search as searching
from disclosure.advising import advise_about
from disclosure.explaining import describe_term, explain
from disclosure.figures import Figures, figures
from disclosure.forms import ListFilter
from disclosure.models import (
    PublicClarification,
    PublicEdition,
    PublicFormerName,
    PublicListKind,
    PublicOwnStatement,
    PublicRecord,
    PublicSubject,
    PublicSupervisionMethod,
)
from disclosure.order import in_national_order
from disclosure.paging import PAGE_SIZE, page_number, page_of
from disclosure.querysets import USCC_LENGTH
from disclosure.redaction import redact
from disclosure.regions import full_names, prefectures
from disclosure.role import as_portal, unindexed
from disclosure.rows import honours_of, record_row, subject_rows
from disclosure.sections import sections_of
from records.errors import Refused
from records.flows import FLOWS_OF_SUBJECTS
from repair.flows import CASE
from repair.guidance import Advice
from sanctions.models import Grade, InputKind
from sanctions.receipts import fold_number

# Honours first; the words of today.
TONES = {
    "red": "守信激励对象名单",
    "black": "严重失信主体名单",
    "watch": "重点关注名单",
    "reference": "参考名单",
}
WEIGHT = {severity.value: place for place, severity in enumerate(Severity)}
HOME = ("首页", "/")
SERVICES = ("信用服务", "/services/")
LISTS_AT_HOME = 10


def page(view):
    """A public page: read-only, and a refusal is a page that says what to do."""

    @as_portal
    @require_safe
    @wraps(view)
    def wrapped(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Http404:
            return render(request, "disclosure/not_found.html", status=404)
        except Refused as refusal:
            return render(request, "disclosure/refused.html", {"refusal": refusal}, status=400)

    return wrapped


@page
def home(request):
    counted = figures(on=today())
    note = f"截至 {counted.on.isoformat()}"
    shown = [
        {
            "value": f"{counted.organisations:,}",
            "label": "可查询的法人、非法人组织和个体工商户",
            "note": note,
            "url": reverse("portal:search"),
        },
        {"value": f"{counted.records:,}", "label": "公示中的记录", "note": note, "url": reverse("portal:lists")},
        {"value": f"{counted.departments:,}", "label": "有记录在公示的报送部门", "note": note},
    ]
    return render(request, "disclosure/home.html", {"figures": shown, "lists": _fullest(_lists(counted))})


def _fullest(items: list[InformationItem]) -> list[InformationItem]:
    """The ten with the most records, in their own order; the rest is one step away."""
    chosen = sorted(items, key=lambda item: -item.total)[:LISTS_AT_HOME]
    return [item for item in items if item in chosen]


def _lists(counted: Figures) -> list[InformationItem]:
    """Items in force that have an open list, each with `total`, the records in it."""
    shown = DisplayRule.objects.exclude(method=TermMethod.NEVER).values("item_code")
    official = InformationItem.objects.in_force(on=counted.on).official_about_organisations().filter(code__in=shown)
    items = in_national_order(official.select_related("legal_basis"))
    for item in items:
        item.total = counted.by_item.get(item.code, 0)
    return items


@unindexed
@page
def search(request):
    text = request.GET.get("q", "").strip()
    context = {"q": text}
    if text:
        try:
            context |= _results(searching.understand(text), page_number(request.GET.get("page")))
        except searching.QueryRefused as refusal:
            if refusal.code == searching.IDENTITY_NUMBER:
                return redirect(f"{reverse('portal:search')}?notice={refusal.code}")  # out of the address bar at once
            context["refusal"] = refusal.message
    elif notice := searching.REFUSALS.get(request.GET.get("notice")):
        context["refusal"] = notice
    return render(request, "disclosure/search.html", context)


def _results(query: searching.Query, number: int) -> dict:
    page = page_of(searching.find_subjects(query), number)
    records = list(searching.find_records(query)[: PAGE_SIZE + 1]) if number == 1 else []
    return {
        "page": page,
        "subjects": subject_rows(list(page.rows), searching.former_names(list(page.rows), query)),
        "records": [record_row(record, about=True) for record in records[:PAGE_SIZE]],
        "more_records": len(records) > PAGE_SIZE,
        "mark": query.text if query.name_key else "",
    }


def _subject(code: str) -> PublicSubject:
    subject = searching.find_subject(code)
    if subject is None:
        raise Http404
    return subject


@unindexed
@page
def subject(request, code):
    found = _subject(code)
    if found.code.casefold() != code.casefold():  # an address of before: for now, since a merge can be taken back
        return redirect(found)
    sections = sections_of(found, on=today())
    context = {
        "subject": found,
        "region": full_names([found.region_code]).get(found.region_code),
        "former_names": PublicFormerName.objects.filter(subject_id=found.pk).order_by("-until_on", "-pk"),
        "honours": honours_of([found.pk]).get(found.pk, []),
        "clarifications": PublicClarification.objects.filter(subject_id=found.pk).order_by("-shown_from"),
        "sections": sections,
        "contents": [{"id": "basic", "label": "基础信息", "count": None}, *sections],
        "section": "search",
        "crumbs": [HOME, ("信用查询", reverse("portal:search")), (found.legal_name, "")],
        "actions": _subject_actions(),
    }
    return render(request, "disclosure/subject.html", context)


def _subject_actions() -> list[dict]:
    services = reverse("portal:services")
    return [
        {
            "title": "认为信息有误",
            "text": "打开那一条记录，可看到作出决定的部门；再按办法提出异议。",
            "url": f"{services}#objection",
        },
        {
            "title": "已经纠正失信行为",
            "text": "满最短公示期的，可以申请信用修复，不收取费用。",
            "url": f"{services}#repair",
        },
        {"title": "留存一份", "text": "用浏览器打印本页，会附上网址和数据日期。", "url": f"{services}#keep"},
    ]


@unindexed
@page
def subject_item(request, code, item):
    found = _subject(code)
    records = PublicRecord.objects.filter(subject_id=found.pk, item_code=item).defer("values").newest_first()
    page = page_of(records, page_number(request.GET.get("page")))
    if not page.rows:
        raise Http404
    name = page.rows[0].item_name
    context = {
        "subject": found,
        "region": full_names([found.region_code]).get(found.region_code),
        "item_name": name,
        "page": page,
        "rows": [record_row(record) for record in page.rows],
        "section": "search",
        "crumbs": [HOME, (found.legal_name, found.get_absolute_url()), (name, "")],
    }
    return render(request, "disclosure/subject_item.html", context)


@unindexed
@page
def record(request, public_id):
    found = PublicRecord.objects.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    why, advice = explain(found, on=today()), advise_about(found, on=today())
    subject_url = reverse("portal:subject", args=[found.subject_code]) if found.subject_code else ""
    above = (found.subject_name, subject_url) if subject_url else ("信用查询", reverse("portal:search"))
    context = {
        "record": found,
        "title": redact(found.title),
        "statement": _statement_about(found),
        "restored": _restored_words(found, why.until),
        "why": why,
        "advice": advice,
        "subjects_url": _own_url(found),
        "facts": [*_about(found, subject_url), *why.facts],
        "kind": _list_of(found),
        "section": "search",
        "crumbs": [HOME, above, (found.item_name, "")],
        "actions": _record_actions(found, why.item, advice),
    }
    return render(request, "disclosure/record.html", context)


def _restored_words(record: PublicRecord, until: str) -> str:
    """What everybody is told of a repair that was taken back."""
    if record.restored_on is None:
        return ""
    return f"这条信息曾经信用修复，修复已于 {record.restored_on.isoformat()} 依法撤销，恢复公示至 {until}。"


def _statement_about(record: PublicRecord) -> dict | None:
    """What the subject says itself, where it has asked for that."""
    said = PublicOwnStatement.objects.filter(record_public_id=record.public_id).first()
    return {"text": redact(said.text), "shown_from": said.shown_from} if said else None


def _list_of(record: PublicRecord) -> PublicListKind | None:
    """The list this record is an entry to."""
    if record.category not in (Category.HONOUR, Category.DISHONEST, Category.ABNORMAL):
        return None
    return PublicListKind.objects.of_record(record.item_code, record.title)


def _about(record: PublicRecord, subject_url: str) -> list[dict]:
    facts = [{"term": "主体名称", "value": record.subject_name, "kind": "name", "url": subject_url}]
    if record.is_about_a_person:
        facts[0]["note"] = "自然人的姓名按规定隐去，只保留第一个字。"
    elif len(record.subject_code) == USCC_LENGTH:
        facts.append(
            {"term": "统一社会信用代码", "value": record.subject_code, "kind": "code", "copy_label": "统一社会信用代码"}
        )
    facts.append({"term": "主体类别", "value": record.get_subject_kind_display()})
    return facts


def _own_url(record: PublicRecord) -> str:
    """Where whom the record is about may act on it, after signing in."""
    return f"{settings.SUBJECTS_URL}records/{record.public_id}/"


def _record_actions(record: PublicRecord, item: InformationItem, advice: Advice) -> list[dict]:
    """What one can do, most wanted first. The first two lead to the section that explains them."""
    actions = [{"title": "提出异议", "text": "内容有误、已超过期限或者不该公示的，都可以提出。", "url": "#objection"}]
    if advice.answer.rule_key:
        actions.append({"title": "申请信用修复", "text": _repair_in_brief(advice), "url": "#repair"})
    return [
        *actions,
        {"title": "登录办理", "text": "这条信息是关于您的，登录后在线提出。", "url": _own_url(record)},
        {
            "title": "看目录怎么规定",
            "text": f"{item.name}的字段、公开范围和公示期限。",
            "url": reverse("portal:item", args=[item.code]),
        },
    ]


def _repair_in_brief(advice: Advice) -> str:
    answer = advice.answer
    if answer.is_possible:
        return "现在可以申请。"
    return f"最早 {answer.earliest_on} 起可以申请。" if answer.earliest_on else "不由本平台修复。"


@page
def lists(request):
    counted = figures(on=today())
    context = {
        "groups": _kinds_by_tone(counted),
        "lists": _lists(counted),
        "on": counted.on,
        "crumbs": [HOME, ("公示名录", "")],
    }
    return render(request, "disclosure/lists.html", context)


def _kinds_by_tone(counted: Figures) -> list[tuple[str, str, list[tuple[PublicListKind, int]]]]:
    """Every published list with how many organisations stand on it, honours before everything else."""
    kinds = list(PublicListKind.objects.order_by("name"))
    groups = (
        (tone, label, [(kind, counted.by_list.get(kind.code, 0)) for kind in kinds if kind.tone == tone])
        for tone, label in TONES.items()
    )
    return [group for group in groups if group[2]]


@unindexed
@page
def listing(request, code):
    item = _item(code, on=today())
    asked = request.GET.get("kind")
    kind = PublicListKind.objects.filter(item_code=item.code, code=asked).first() if asked else None
    form = ListFilter(request.GET, regions=prefectures(), of_kind=kind.code if kind else "")
    found = _listed(item, form)
    if kind and not kind.is_alone:
        found = found.filter(title=kind.name)
    page = page_of(found, page_number(request.GET.get("page")))
    context = {
        "item": item,
        "kind": kind,
        "form": form,
        "is_narrowed": form.is_narrowed(),
        "page": page,
        "rows": [record_row(record, about=True) for record in page.rows],
        "section": "lists",
        "crumbs": [HOME, ("公示名录", reverse("portal:lists")), (item.name, "")],
    }
    return render(request, "disclosure/listing.html", context)


def _item(code: str, *, on: date) -> InformationItem:
    item = InformationItem.objects.in_force(on=on).named(code).select_related("legal_basis").first()
    if item is None:
        raise Http404
    return item


def _listed(item: InformationItem, form: ListFilter):
    """Records of an item, newest first; a filter that makes no sense is told in the form and not applied."""
    records = PublicRecord.objects.filter(item_code=item.code).about_organisations().defer("values").newest_first()
    if not form.is_valid():
        return records
    chosen = form.cleaned_data
    if chosen["region"]:
        records = records.about_subjects_in(chosen["region"][:4], PublicSubject.objects)
    if chosen["since"]:
        records = records.filter(decided_on__gte=chosen["since"])
    if chosen["until"]:
        records = records.filter(decided_on__lte=chosen["until"])
    return records


def _asked_day(request) -> date:
    """The day the catalogue is looked up for, today by default. Raises Refused (`date_invalid`)."""
    text = request.GET.get("on", "").strip()
    try:
        return date.fromisoformat(text) if text else today()
    except ValueError as error:
        raise Refused("日期应写作 2026-01-01。", code="date_invalid") from error


@page
def law(request):
    on = _asked_day(request)
    context = {
        "on": on,
        "is_today": on == today(),
        "edition": PublicEdition.objects.defer("law").in_force(on=on),
        "editions": PublicEdition.objects.defer("law").order_by("-in_force_on"),
        "items": in_national_order(InformationItem.objects.in_force(on=on).select_related("legal_basis")),
        "bases": LegalBasis.objects.order_by("in_force_from", "code"),
        "crumbs": [HOME, ("政策法规", "")],
    }
    return render(request, "disclosure/law.html", context)


@page
def law_workbook(request):
    """The catalogue of a day as an Excel file of text cells."""
    edition = PublicEdition.objects.in_force(on=_asked_day(request))
    if edition is None:
        raise Http404
    name = f"catalogue-{edition.number}.xlsx"
    content = write_workbook(edition.law, title=f"云南省公共信用信息目录{edition}")
    return HttpResponse(content, XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@page
def item(request, code):
    on = _asked_day(request)
    found = _item(code, on=on)
    rules = sorted(
        DisplayRule.objects.of(found.code).filter(in_force_from__lte=on),
        key=lambda rule: (-rule.in_force_from.toordinal(), WEIGHT[rule.severity]),
    )
    context = {
        "item": found,
        "on": on,
        "is_today": on == today(),
        "edition": PublicEdition.objects.defer("law").in_force(on=on),
        "duty": describe(found),
        "bases": [found.legal_basis, *found.further_bases.all()],
        "fields": found.fields.order_by("seq"),
        "rules": [{"rule": rule, "term": describe_term(rule)} for rule in rules],
        "section": "law",
        "crumbs": [HOME, ("政策法规", reverse("portal:law")), (found.name, "")],
    }
    return render(request, "disclosure/item.html", context)


@page
def services(request):
    context = {"subjects_url": settings.SUBJECTS_URL, "crumbs": [HOME, ("信用服务", "")]}
    return render(request, "disclosure/services.html", context)


@page
def flows(request):
    """What becomes of a record about somebody, from the tables of transitions."""
    crumbs = [HOME, SERVICES, ("信息如何办理", "")]
    context = {"flows": (*FLOWS_OF_SUBJECTS, CASE), "section": "services", "crumbs": crumbs}
    return render(request, "disclosure/flows.html", context)


@page
def supervision(request):
    """By which methods organisations are classed for inspections: all of it, and nothing of anybody's class."""
    methods = [
        {
            "method": method,
            "inputs": [each | {"label": InputKind(each["kind"]).label} for each in method.inputs],
            "grades": [(grade.label, method.thresholds.get(grade.value), method.rates[grade.value]) for grade in Grade],
        }
        for method in PublicSupervisionMethod.objects.order_by("field_name", "department_name")
    ]
    crumbs = [HOME, SERVICES, ("信用分类监管办法", "")]
    return render(request, "disclosure/supervision.html", {"methods": methods, "section": "services", "crumbs": crumbs})


@page
def about(request):
    return render(request, "disclosure/about.html", {"crumbs": [HOME, ("关于", "")]})


@page
def accessibility(request):
    crumbs = [HOME, ("关于", reverse("portal:about")), ("无障碍声明", "")]
    return render(request, "disclosure/accessibility.html", {"section": "about", "crumbs": crumbs})


@page
def guarantees(request):
    crumbs = [HOME, ("关于", reverse("portal:about")), ("我们的保证", "")]
    return render(request, "disclosure/guarantees.html", {"section": "about", "crumbs": crumbs})


HEADS_SHOWN = 31


@page
def tree_heads(request):
    """One number for each day of the trail: who keeps a copy can tell when the past was rewritten."""
    newest = TreeHead.objects.order_by("-number").first()
    context = {
        "heads": TreeHead.objects.order_by("-number")[:HEADS_SHOWN],
        "newest": newest,
        "section": "about",
        "crumbs": [HOME, ("关于", reverse("portal:about")), ("日志存证", "")],
    }
    return render(request, "disclosure/heads.html", context)


@page
def tree_heads_file(request):
    """All of them, as audit/standalone/verify_audit.py reads them."""
    heads = [as_published(head) for head in TreeHead.objects.order_by("number").iterator(chunk_size=500)]
    response = JsonResponse({"heads": heads}, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = "inline; filename=tree-heads.json"
    return response


@unindexed
@page
def clarifications(request):
    """Errors that were confirmed and whose subjects want that known, the latest first."""
    found = PublicClarification.objects.order_by("-shown_from", "-number")
    context = {
        "page": page_of(found, page_number(request.GET.get("page"))),
        "section": "services",
        "crumbs": [HOME, SERVICES, ("澄清", "")],
    }
    return render(request, "disclosure/clarifications.html", context)


@unindexed
@page
def clarification(request, public_id):
    found = PublicClarification.objects.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    context = {
        "clarification": found,
        "section": "services",
        "crumbs": [HOME, ("澄清", reverse("portal:clarifications")), (found.number, "")],
    }
    return render(request, "disclosure/clarification.html", context)


@unindexed
@page
def receipts(request):
    """Where a number is typed in; it leads to the receipt's own address."""
    typed = request.GET.get("number", "").strip()[:60]
    if number := fold_number(typed):
        query = urlencode({"digest": request.GET["digest"][:64]}) if request.GET.get("digest") else ""
        return redirect(f"{reverse('portal:receipt', args=[number])}{'?' if query else ''}{query}")
    context = {
        "number": typed,
        "is_wrong": bool(typed),
        "section": "services",
        "crumbs": [HOME, SERVICES, ("回执核对", "")],
    }
    return render(request, "disclosure/receipts.html", context)


@unindexed
@require_safe
def receipt(request, receipt_no):
    """Who issued it, when, for what; with the digest from the paper, that the two agree and what the verdict was."""
    asked = asking.Asked(receipt_no[:60], request.GET.get("digest", "").strip()[:64])
    return _receipt(request, asked, asking.look_up(asked, address=request.META.get("REMOTE_ADDR", "")))


@page
def _receipt(request, asked: asking.Asked, found: asking.Found):
    context = {
        "number": found.receipt.receipt_no if found.receipt else asked.number,
        "receipt": found.receipt,
        "digest": asked.digest,
        "is_confirmed": found.is_confirmed,
        "refusal": asking.TOO_MANY if found.is_refused else "",
        "section": "services",
        "crumbs": [HOME, SERVICES, ("回执核对", reverse("portal:receipts")), (found.title, "")],
    }
    return render(request, "disclosure/receipts.html", context, status=found.status)
