"""Subjects that may be one: the list, the two side by side, and what two reviewers decide about them."""

from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, QuerySet
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Role
from audit.actions import Action
from catalogue.models import SubjectKind
from deadlines.clock import today
from records import crypto, services, workflow
from records.forms import MergeForm, OpinionForm
from records.identity import mask_number
from records.models import Reason, Record, Subject, SubjectMerge, SuspectedDuplicate
from records.services.merging import require_reviewer, same_decisions
from records.services.readings import Reader, Reading, note_readings
from records.views.lists import LISTED, RecordLine, mask_name, page_of, record_line
from records.views.reading import reader_of
from records.views.records import records_of

NEWEST = 10
MERGE_BADGES = {
    workflow.SUGGESTED: ("soon", "clock"),
    workflow.MERGED: ("in-time", "check"),
    workflow.DISMISSED: ("", "ended"),
    workflow.UNMERGED: ("", "ended"),
}


@dataclass(frozen=True, slots=True)
class PairLine:
    """A pair in a list. Lists leave no line in the trail for each person, so they show no person's name."""

    url: str
    names: list[str]
    reasons: list[str]
    badge: dict
    found_at: object


def pairs_of(user) -> QuerySet[SuspectedDuplicate]:
    return SuspectedDuplicate.objects.visible_to(user).select_related("first", "second")


@require_safe
def pair_list(request):
    """What waits for a second person first, then what nobody has judged."""
    merges = SubjectMerge.objects.visible_to(request.user).select_related("pair__first", "pair__second")
    page = page_of(pairs_of(request.user).waiting(), request)
    context = {
        "suggested": [_line(merge.pair, _badge(merge)) for merge in merges.suggested()],
        "rows": [_line(pair, {"kind": "", "icon": "search", "label": "待判断"}) for pair in page],
        "merged": [_line(merge.pair, _badge(merge)) for merge in merges.filter(state=workflow.MERGED)[:NEWEST]],
        "page": page,
        "section": "duplicates",
        "crumbs": [("待办", "/office/"), ("疑似重复主体", "")],
    }
    return render(request, "office/duplicates.html", context)


def _badge(merge: SubjectMerge) -> dict:
    kind, icon = MERGE_BADGES[merge.state]
    return {"kind": kind, "icon": icon, "label": merge.get_state_display()}


def _line(pair: SuspectedDuplicate, badge: dict) -> PairLine:
    return PairLine(
        url=reverse("office:duplicate", args=[pair.public_id]),
        names=[_named(subject) for subject in (pair.first, pair.second)],
        reasons=[Reason(reason).label for reason in pair.reasons],
        badge=badge,
        found_at=pair.found_at,
    )


def _named(subject: Subject) -> str:
    return mask_name(subject.legal_name) if subject.kind == SubjectKind.PERSON else subject.legal_name


@dataclass(frozen=True, slots=True)
class Half:
    """One of the two, with everything that helps to tell whether it is the other."""

    subject: Subject
    url: str
    numbers: list[tuple[str, str]]
    former_names: list[str]
    departments: list[tuple[str, int]]
    records: list[RecordLine]
    total: int


def _pair(request, public_id) -> SuspectedDuplicate:
    return get_object_or_404(pairs_of(request.user), public_id=public_id)


@require_safe
def pair(request, public_id):
    return _page(request, _pair(request, public_id))


def _page(request, shown: SuspectedDuplicate, **refused):
    """The two side by side. That persons are read is written down in the same transaction (T-15)."""
    with transaction.atomic():
        subjects = (shown.first, shown.second)
        # The work itself is the purpose.
        reader = Reader(request.user, reader_of(request).purpose or "核对疑似重复主体")
        fields = ("legal_name", "number_masked", *LISTED)
        reading = note_readings(Action.SUBJECT_VIEWED, subjects, reader=reader, fields=fields)
        merge = shown.merges.select_related("survivor", "suggested_by", "decided_by", "unmerged_by").first()
        state = merge.state if merge else ""
        acting = _is_reviewer(request.user)
        context = {
            "pair": shown,
            "reasons": [Reason(reason).label for reason in shown.reasons],
            "halves": [_half(request.user, subject, reading) for subject in subjects],
            "same": [record_line(record, today(), reading) for record in _same(request.user, *subjects)],
            "merge": merge,
            "badge": _badge(merge) if merge else None,
            "merge_form": refused.get("merge_form") or MergeForm(subjects=_choices(subjects), auto_id="merge_%s"),
            "distinct_form": refused.get("distinct_form") or OpinionForm(auto_id="distinct_%s"),
            "decide_form": refused.get("decide_form") or OpinionForm(auto_id="decide_%s"),
            "refused": next(iter(refused.values()), None),
            "may_judge": acting and shown.distinct_at is None and state not in (workflow.SUGGESTED, workflow.MERGED),
            "may_decide": acting and state == workflow.SUGGESTED and merge.suggested_by_id != request.user.pk,
            "may_unmerge": acting and state == workflow.MERGED,
            "section": "duplicates",
            "crumbs": [("待办", "/office/"), ("疑似重复主体", reverse("office:duplicates")), ("比对", "")],
        }
        return render(request, "office/duplicate.html", context)


def _is_reviewer(user) -> bool:
    return user.role == Role.REVIEWER and not user.is_superuser


def _choices(subjects: tuple[Subject, ...]) -> list[tuple[str, str]]:
    return [
        (str(each.public_id), f"主体{number}：{each.legal_name}{f'（{each.uscc}）' if each.uscc else ''}")
        for number, each in enumerate(subjects, start=1)
    ]


@sensitive_variables()
def _half(user, subject: Subject, reading: Reading) -> Half:
    records = records_of(user).filter(subject=subject)
    counted = records.order_by().values_list("department__name").annotate(total=Count("pk")).order_by("-total")
    return Half(
        subject=subject,
        url=reverse("office:subject", args=[subject.public_id]),
        numbers=[
            (each.get_kind_display(), mask_number(crypto.open_text(each.cipher)) if each.cipher else each.lookup)
            for each in subject.identifiers.order_by("pk")
        ],
        former_names=list(subject.former_names.values_list("name", flat=True)),
        departments=list(counted),
        records=[record_line(record, today(), reading) for record in records.order_by("-decided_on", "-pk")[:NEWEST]],
        total=sum(total for _, total in counted),
    )


def _same(user, first: Subject, second: Subject) -> QuerySet[Record]:
    return records_of(user).filter(pk__in=same_decisions(second, first).values("pk"))


@require_POST
def suggest(request, public_id):
    shown = _pair(request, public_id)
    require_reviewer(request.user)
    subjects = (shown.first, shown.second)
    form = MergeForm(request.POST, subjects=_choices(subjects), auto_id="merge_%s")
    if not form.is_valid():
        return _page(request, shown, merge_form=form)
    survivor = next(each for each in subjects if str(each.public_id) == form.cleaned_data["survivor"])
    services.suggest_merge(shown, survivor=survivor, actor=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, "已提出合并，等待另一位审核员复核。")
    return redirect("office:duplicate", public_id)


@require_POST
def distinct(request, public_id):
    shown = _pair(request, public_id)
    require_reviewer(request.user)
    form = OpinionForm(request.POST, auto_id="distinct_%s")
    if not form.is_valid():
        return _page(request, shown, distinct_form=form)
    services.judge_distinct(shown, actor=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, "已认定不是同一主体，今后不再提示。")
    return redirect("office:duplicates")


@require_POST
def decide(request, public_id):
    """Approve or turn down a suggested merge, or take one back: the button says which."""
    shown = _pair(request, public_id)
    require_reviewer(request.user)
    merge = get_object_or_404(shown.merges, state__in=(workflow.SUGGESTED, workflow.MERGED))
    form = OpinionForm(request.POST, auto_id="decide_%s")
    if not form.is_valid():
        return _page(request, shown, decide_form=form)
    verb, words = DECISIONS.get(request.POST.get("decision"), DECISIONS["dismiss"])
    verb(merge, actor=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, words)
    return redirect("office:duplicate", public_id)


DECISIONS = {
    "merge": (services.merge_subjects, "已合并。门户和检索随即以保留的主体显示，国家平台将同步更新。"),
    "dismiss": (services.dismiss_merge, "不予合并。今后不再提示这两个主体。"),
    "unmerge": (services.unmerge_subjects, "已撤销合并，两个主体恢复原状。"),
}
