"""One case on one page for who reviews it: what is asked, the record and its law, the clocks, and every step."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from csp.constants import SELF
from csp.decorators import csp_replace
from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from deadlines.clock import today
from records.errors import Refused, RightMissing
from repair import forms_review as forms
from repair import policy, services, workflow
from repair.errors import CaseMoved, HeldByOther
from repair.models import Case, Clarification, ClockExtension
from repair.services.deciding import involved
from repair.views import about
from repair.views.lines import badge_of, for_reviewers
from repair.workflow import CaseKind

SIMILAR = 5
# Pages with evidence frame their own addresses, nothing else.
FRAMES = csp_replace({"frame-src": [SELF]})


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a reviewer can do about a case: its words, its form, and the verb that does it."""

    title: str
    form: type[forms.StepForm]
    verb: Callable
    done: str
    explanation: str = ""
    stops: bool = False
    previews: bool = False


def _decide(case, said, **who):
    return services.decide(case, decision=said.decision() if isinstance(said, forms.DecisionForm) else None, **who)


def _propose(case, said, **who):
    verb = services.register_result if case.kind == CaseKind.REVIEW else services.propose
    return verb(case, said.decision(), **who)


STEPS = {
    "claim": Step("领取", forms.StepForm, lambda case, said, **who: services.claim(case, **who), "已领取。"),
    "release": Step("放回", forms.StepForm, lambda case, said, **who: services.release(case, **who), "已放回队列。"),
    "accept": Step(
        "受理", forms.AcceptForm,
        lambda case, said, **who: services.accept(case, suspends=said.cleaned_data.get("suspends", False), **who),
        "已受理。", "受理后开始计算办理期限。异议和更正告知所涉的信息，从受理起暂不执行。",
    ),
    "ask": Step(
        "一次性告知补正", forms.MaterialForm,
        lambda case, said, **who: services.ask_material(case, what=said.cleaned_data["what"], **who), "已告知补正。",
    ),
    "reject": Step(
        "不予受理", forms.RejectForm, lambda case, said, **who: services.reject(
            case, reason=said.cleaned_data["reason"], article=said.cleaned_data["article"], **who),
        "已决定不予受理，通知已生成。", stops=True,
    ),
    "forward": Step(
        "转认定部门核查", forms.ForwardForm,
        lambda case, said, **who: services.forward(case, text=said.cleaned_data["text"], **who), "已转认定部门核查。",
    ),
    "propose": Step(
        "提出拟决定", forms.DecisionForm, _propose, "已提出拟决定，等待另一名审核员决定。",
        "拟决定由另一名审核员决定，提出的人不能决定。", previews=True,
    ),
    "close": Step("办结", forms.DecisionForm, _decide, "已办结，答复已生成。", previews=True),
    "decide": Step(
        "同意拟决定", forms.StepForm, _decide, "已作出决定，决定书已生成。",
        "决定立即生效：信息、名单和奖惩任务随之变动，并告知曾经获得信息的单位。",
    ),
    "return": Step(
        "退回重办", forms.ReturnForm,
        lambda case, said, **who: services.return_to(case, reason=said.cleaned_data["reason"], **who), "已退回重办。",
    ),
    "extend": Step(
        "延长期限", forms.ExtendForm,
        lambda case, said, **who: services.extend(case, reason=said.cleaned_data["reason"], **who), "已延长期限。",
    ),
    "clarify": Step(
        "公开澄清", forms.ClarifyForm, lambda case, said, **who: services.publish_clarification(
            case, consent=said.cleaned_data["consent"], consented_on=said.cleaned_data["consented_on"], **who),
        "已公开澄清。", "当事人要求的，在门户公开澄清一段时间，消除影响。自然人的姓名隐去。",
    ),
    "unclarify": Step(
        "撤下澄清", forms.UnclarifyForm, lambda case, said, **who: services.withdraw_clarification(
            case, reason=said.cleaned_data["reason"], **who),
        "已撤下。", stops=True,
    ),
    "revoke": Step(
        "撤销修复", forms.RevokeForm,
        lambda case, said, **who: services.revoke(case, reason=said.cleaned_data["reason"], **who), "已撤销修复。",
        stops=True,
    ),
}  # fmt: skip
PREVIEW = "preview"


def open_steps(case: Case, user: User, on: date) -> list[str]:
    """What this reviewer can do now, the usual step first. The verbs check it all again."""
    if case.is_open and case.holder_id not in (None, user.pk):
        return []
    can = {action for state, action in workflow.TRANSITIONS if state == case.state}
    is_second = case.state == workflow.PROPOSED and user.pk not in (case.proposed_by_id, *involved(case))
    is_silent = case.state != workflow.FORWARDED or case.due_on is None or on > case.due_on
    four_eyes = case.kind in workflow.FOUR_EYES
    answers = {
        "accept": "accept" in can,
        "ask": "ask_material" in can and case.asked_on is None,
        "reject": "reject" in can,
        "propose": "propose" in can and four_eyes and is_silent,
        "close": not four_eyes and "grant" in can and user.pk not in involved(case),
        "decide": is_second,
        "return": is_second,
        "forward": "forward" in can,
        "extend": _may_extend(case),
        **_clarifying(case),
        "revoke": "revoke" in can and case.kind == CaseKind.REPAIR and user.pk != case.decided_by_id,
    }
    order = [name for name, is_open in answers.items() if is_open]
    return ["forward", *(name for name in order if name != "forward")] if case.state == workflow.ACCEPTED else order


def _clarifying(case: Case) -> dict[str, bool]:
    """Publish once, and take down what is published."""
    if case.is_open:
        return {}
    shown = Clarification.objects.filter(case=case).first()
    return {
        "clarify": shown is None and services.may_be_clarified(case),
        "unclarify": shown is not None and shown.withdrawn_on is None,
    }


def _may_extend(case: Case) -> bool:
    key = policy.DECISION.get(case.kind)
    if not case.is_open or key is None or case.state == workflow.PROPOSED:
        return False
    running = case.clocks.running().filter(key=key).first()
    return running is not None and not ClockExtension.objects.filter(clock=running).exists()


def _case(request, public_id) -> Case:
    cases = Case.objects.visible_to(request.user).select_related(*about.WITH)
    return get_object_or_404(cases, public_id=public_id)


@require_safe
@FRAMES
@for_reviewers
@transaction.atomic
def case(request, public_id):
    return _page(request, _case(request, public_id))


@require_POST
@FRAMES
@for_reviewers
@transaction.atomic
def step(request, public_id, step):
    """One step, or the letter of a decision that is still being written."""
    found = _case(request, public_id)
    name = request.POST.get("step", "") if step == PREVIEW else step
    if name not in STEPS or (step == PREVIEW and not STEPS[name].previews):
        raise Http404
    taken = STEPS[name]
    form = _form(name, found, request.POST)
    if not form.is_valid():
        return _page(request, found, {name: form}, status=400)
    if step == PREVIEW:
        return _previewed(request, found, name, form)
    who = {"actor": request.user, "version": form.cleaned_data["version"], "today": today()}
    try:
        done = taken.verb(found, form, **who)
    except (CaseMoved, HeldByOther) as moved:
        fresh = _case(request, public_id)
        return _page(request, fresh, {name: _form(name, fresh, _renewed(request, fresh))}, moved=moved, status=409)
    except RightMissing:
        raise
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return _page(request, _case(request, public_id), {name: form}, status=400)
    messages.success(request, f"{done.number}：{taken.done}")
    return redirect("cases:case", public_id)


def _renewed(request, fresh: Case):
    """What was typed, on the version that is shown now: nobody has to write it again."""
    said = request.POST.copy()
    said["version"] = str(fresh.version)
    return said


def _previewed(request, found: Case, name: str, form):
    try:
        letter = services.preview_letter(_case(request, found.public_id), form.decision(), today=today())
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return _page(request, found, {name: form}, status=400)
    return _page(request, found, {name: form}, letter=letter)


def _form(name: str, case: Case, data=None) -> forms.StepForm:
    """The form of a step; several stand on one page, so their ids tell them apart."""
    kind, options = STEPS[name].form, {"case": case, "auto_id": f"{name}-%s"}
    if kind is forms.DecisionForm:
        options["article"] = _article(case)
    return kind(data, **options)


def _article(case: Case) -> str:
    if case.kind == CaseKind.REPAIR and case.record:
        return services.can_repair(case.record, today=today(), way=case.way).article
    return workflow.RIGHTS


def _page(request, found: Case, tried: dict | None = None, *, moved=None, letter: str = "", status: int = 200):
    on, tried = today(), tried or {}
    names = open_steps(found, request.user, on)
    steps = [
        {
            "name": name,
            "step": STEPS[name],
            "form": tried.get(name) or _form(name, found),
            "is_open": name in tried or (not tried and place == 0),
            "url": reverse("cases:step", args=[found.public_id, name]),
        }
        for place, name in enumerate(names)
    ]
    letter = letter or _proposed_letter(found, on)
    lost = next((form for name, form in tried.items() if name not in names), None)
    context = about.shown(request, found, on) | {
        "steps": steps,
        "preview_url": reverse("cases:step", args=[found.public_id, PREVIEW]),
        "letter": letter,
        "moved": moved.message if moved else "".join(lost.non_field_errors()) if lost else "",
        "lost": [field.value() for field in lost.visible_fields() if field.value()] if lost else [],
        "may_claim": found.is_open and found.holder_id is None,
        "may_release": found.is_open and found.holder_id == request.user.pk,
        "is_others": found.is_open and found.holder_id not in (None, request.user.pk),
        "is_own_proposal": found.state == workflow.PROPOSED and found.proposed_by_id == request.user.pk,
        "outcome": dict(forms.OUTCOMES[CaseKind(found.kind)]).get(found.outcome, ""),
        "rule": _rule(found, on),
        "similar": _similar(found, request.user),
        "section": "queue",
        "crumbs": [("办件", reverse("cases:queue")), (found.number, "")],
    }
    return render(request, "office/queue_case.html", context, status=status)


def _proposed_letter(found: Case, on: date) -> str:
    """What the second person is about to sign."""
    if found.state != workflow.PROPOSED:
        return ""
    said = services.Decision(found.outcome, found.reasons, found.article, found.remedy, found.corrected_values)
    return services.preview_letter(found, said, today=on)


def _rule(found: Case, on: date):
    """What the rules of the record's day say about a repair that is not decided yet."""
    if found.kind != CaseKind.REPAIR or not found.is_open or found.record is None:
        return None
    return services.can_repair(found.record, today=on, way=found.way)


def _similar(found: Case, user: User) -> list[dict]:
    """How cases of the kind about the same item were decided, the latest first."""
    decided = Case.objects.visible_to(user).filter(kind=found.kind, state__in=workflow.CASE_DECIDED)
    if found.record:
        decided = decided.filter(record__item_code=found.record.item_code)
    if found.way:
        decided = decided.filter(way=found.way)
    rows = decided.exclude(pk=found.pk).select_related("department").order_by("-decided_on", "-pk")[:SIMILAR]
    outcomes = dict(forms.OUTCOMES[CaseKind(found.kind)])
    return [{"case": row, "badge": badge_of(row), "outcome": outcomes.get(row.outcome, "")} for row in rows]
