"""The office's front: what waits for me; and the frame every page inside stands in."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, Sum
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import DEPARTMENT_ROLES, PROVINCE_ROLES, Role
from audit.errors import (
    AlreadyDecided,
    LimitReached,
    MonitoringOver,
    NothingToRectify,
    NotYet,
    PurposeMissing,
    RectificationOpen,
    SealStale,
    TrailRefused,
)
from audit.review import waiting_for_auditor
from catalogue import workflow as catalogue_workflow
from catalogue.errors import EditionRefused, NotTheirs
from deadlines.clock import today
from exchange.models import Handover
from records.errors import PreviewMoved, Refused, RightMissing
from records.models import ChangeRequest, Erasure, Record, SpecialQuery
from records.views.batches import batches_of, filtered, may_report
from records.views.duties import DutyLine, duty_lines
from records.views.lateness import RECENT, late_reports
from records.views.lists import batch_badge
from records.workflow import CHANGE_REFUSED, COMMITTED, REFUSED, TransitionRefused
from repair import queue
from repair.errors import CaseMoved, HeldByOther, NotYours
from repair.models import Case
from repair.views.inbox import to_confirm
from sanctions.figures import waiting as waiting_measures
from sanctions.models import Commitment, Listing, MeasureTask

LATEST_BATCHES = 8
OPEN_DUTIES, DUTY_MONTHS = 6, 3
# Counting stops here: beyond it the exact number tells nobody anything.
COUNTED = 1000
MOVED_ON = "这件事的状态已经改变，这一步不能再办理。请刷新原来的页面，查看现在的情况。"


def inside(view: Callable) -> Callable:
    """For staff only, never kept by the browser; a refusal becomes a calm page, a missing right does not exist."""

    @wraps(view)
    def explained(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except (RightMissing, NotTheirs, NotYours) as error:
            raise Http404 from error
        except (PreviewMoved, CaseMoved, HeldByOther) as moved:
            return render(request, "office/refused.html", {"sentence": moved.message}, status=409)
        except (Refused, EditionRefused) as refusal:
            return render(request, "office/refused.html", {"sentence": refusal.message}, status=400)
        except (TransitionRefused, catalogue_workflow.TransitionRefused):
            return render(request, "office/refused.html", {"sentence": MOVED_ON}, status=409)
        except PurposeMissing:
            return redirect(f"{reverse('office:purpose')}?{urlencode({'next': request.get_full_path()})}")
        except (AlreadyDecided, NotYet, MonitoringOver, NothingToRectify, RectificationOpen) as early_or_late:
            return render(request, "office/refused.html", {"sentence": str(early_or_late)}, status=409)
        except LimitReached as limit:
            return render(request, "office/refused.html", {"sentence": str(limit)}, status=429)
        except (SealStale, TrailRefused) as closed:
            return render(request, "office/refused.html", {"sentence": str(closed)}, status=503)

    return never_cache(login_required(explained))


@require_safe
@never_cache
def admin_front(request):
    """Who reviews lands on the queue; everybody else, and a reviewer who asks for it, on the admin site."""
    user = request.user
    if user.is_authenticated and user.role == Role.REVIEWER and "index" not in request.GET:
        return redirect("cases:queue")
    return admin.site.admin_view(admin.site.index)(request)


@require_safe
def home(request):
    user = request.user
    if user.role not in (*DEPARTMENT_ROLES, *PROVINCE_ROLES):
        waiting = waiting_for_auditor(on=timezone.localdate()) if user.role == Role.AUDITOR else 0
        return render(request, "office/home_admin.html", {"waiting": waiting})
    batches = batches_of(user)
    context = {
        "tasks": [task for task in _tasks(user) if task["count"]],
        "batches": [(batch, batch_badge(batch)) for batch in batches.order_by("-pk")[:LATEST_BATCHES]],
        "is_province": user.oversees,
        "may_report": may_report(user),
        "duties": _open_duties(user),
    }
    return render(request, "office/home.html", context)


def _open_duties(user) -> list[DutyLine]:
    """What the department has yet to report, or to declare empty, the earliest due first."""
    if user.oversees:
        return []
    lines = duty_lines([user.department_id], on=today(), months=DUTY_MONTHS)
    return [line for line in lines if line.is_open][:OPEN_DUTIES]


def _tasks(user) -> list[dict]:
    """What waits: first what the department can mend itself, then what it waits for. Every number leads to its rows."""
    batches, records = batches_of(user), Record.objects.visible_to(user)
    batch_list, record_list, row_list = (reverse(f"office:{name}") for name in ("batches", "records", "quality-rows"))
    on = timezone.localdate()  # moments of receipt are real, even when another day is rehearsed
    returned = filtered(batches, {"since": on - RECENT}).aggregate(
        rows=Sum("rows_rejected", filter=Q(state=COMMITTED), default=0), files=Count("pk", filter=Q(state=REFUSED))
    )
    return [
        _counted(
            returned["rows"],
            "行被退回",
            "最近 30 天。下载退回的行，改正后重新报送。",
            f"{row_list}?measure=rejected",
        ),
        _task(
            late_reports(records, on=on),
            "条记录超过报送时限",
            "最近 30 天内接收，自决定之日起超过 7 个工作日。请核对决定日期。",
            f"{record_list}?late=1",
        ),
        _task(
            Handover.objects.visible_to(user).refused(),
            "条记录被国家平台退回",
            "按退回原因更正后重新报送。",
            reverse("office:refusals"),
        ),
        *_decisions(user),
        *_requests(user),
        *_measures(user),
        _task(
            Commitment.objects.visible_to(user).to_remind(on=today()),
            "件信用承诺到期",
            "七日内到期和逾期的。核对履行情况；逾期的先告知承诺人，听取说明。",
            f"{reverse('office:commitments')}?state=due",
        ),
        _counted(
            returned["files"],
            "个文件整份退回",
            "最近 30 天。按退回原因改好文件，重新上传。",
            f"{batch_list}?state={REFUSED}&since={on - RECENT}",
        ),
        _task(
            filtered(batches, {"state": "previewed"}),
            "个批次等待确认",
            "核对预览后确认入库或放弃；逾期没有确认的自动放弃。",
            f"{batch_list}?state=previewed",
        ),
        _task(
            filtered(batches, {"state": "unfinished"}),
            "个批次正在办理",
            "完成后结果留在“报送”中。",
            f"{batch_list}?state=unfinished",
        ),
    ]


def _decisions(user) -> list[dict]:
    """What waits for this person's word, and what was refused to them. Nobody is asked about their own request."""
    changes, change_list = ChangeRequest.objects.visible_to(user), reverse("office:changes")
    listings = Listing.objects.visible_to(user).waiting_for(user, on=today())
    waiting_listings = f"{reverse('office:listings')}?look=waiting"
    if user.role == Role.REVIEWER:
        return [
            _task(
                Erasure.objects.visible_to(user).waiting(),
                "件依法删除等待审核",
                "核对决定和法律依据。删除后不能恢复。",
                reverse("office:erasures"),
            ),
            _task(
                SpecialQuery.objects.visible_to(user).waiting(on=today()),
                "件特殊查询等待审核",
                "逾期没有审核的，申请自动失效。",
                f"{reverse('office:special-queries')}?waiting=1",
            ),
        ]
    if user.role == Role.LEAD:
        waiting = changes.waiting().exclude(requested_by=user)
        advice = "3 个工作日内审批。审批期间，失信信息暂停公示。"
        heard = "当事人已经陈述申辩，或者期限已满。核对事实、依据和申辩后决定。"
        doubted = Commitment.objects.visible_to(user).to_decide().exclude(found_by=user)
        return [
            _task(waiting, "件更正或撤回等待审批", advice, f"{change_list}?waiting=1"),
            _task(listings, "件名单条目等待决定", heard, waiting_listings),
            _task(
                doubted,
                "件违诺等待认定",
                "由您决定是否认定。提出的人不能决定。",
                f"{reverse('office:commitments')}?state=doubted",
            ),
        ]
    if user.role == Role.CLERK:
        since = timezone.now() - RECENT
        refused = changes.filter(requested_by=user, state=CHANGE_REFUSED, decided_at__gte=since)
        advice = "最近 30 天。看审批意见；确有错误的，补充依据后重新申请。"
        told = "打印告知书，送达当事人后登记；拟列入守信名单的，公示后登记。"
        return [
            _task(refused, "件更正或撤回没有同意", advice, f"{change_list}?state={CHANGE_REFUSED}"),
            _task(listings, "件名单条目待告知", told, waiting_listings),
        ]
    return []


def _requests(user) -> list[dict]:
    """Of repairs, objections and complaints: the reviewers' queue; what a department has to verify and put right."""
    if user.role == Role.REVIEWER:
        counts, queue_page = queue.counts(Case.objects.all(), user, today()), reverse("cases:queue")
        return [
            _counted(
                counts[queue.LATE],
                "件修复或者异议逾期",
                "已过办理期限。请立即办理。",
                f"{queue_page}?look={queue.LATE}",
            ),
            _counted(
                counts[queue.SECOND],
                "件拟决定待复核",
                "由您决定或者退回重办。提出的人不能决定。",
                f"{queue_page}?look={queue.SECOND}",
            ),
            _counted(
                counts[queue.MINE], "件修复或者异议由您承办", "按期限先后办理。", f"{queue_page}?look={queue.MINE}"
            ),
            _counted(
                counts[queue.FREE],
                "件修复或者异议无人承办",
                "领取之后办理，或者平均分派。",
                f"{queue_page}?look={queue.FREE}",
            ),
        ]
    if user.role not in DEPARTMENT_ROLES:
        return []
    inbox = reverse("office:requests")
    asked = Case.objects.for_department(user.department_id)
    late = asked.filter(due_on__lt=today())
    return [
        _task(late, "件核查逾期没有答复", "已过核查期限，审核员可以不等答复直接决定。请立即答复。", inbox),
        _task(asked.filter(due_on__gte=today()), "件修复或者异议待核查", "在核查期限内答复审核员。", inbox),
        _task(to_confirm(user), "件恢复信誉待确认", "更新和纠正曾经获得的信息，并确认。", inbox),
    ]


def _measures(user) -> list[dict]:
    """What joint action asks of this department, and what others have answered because of it."""
    if user.role not in DEPARTMENT_ROLES:
        return []
    task_list = reverse("office:tasks")
    counts = waiting_measures(MeasureTask.objects.mine(user), today())
    waiting = [
        _counted(counts["overdue"], "件奖惩任务逾期", "已过办理期限。请立即办理并反馈。", f"{task_list}?show=overdue"),
        _counted(
            counts["to_receive"],
            "件奖惩任务待签收",
            "签收后在期限内办理并反馈。",
            f"{task_list}?show=to-receive",
        ),
        _counted(
            counts["in_hand"],
            "件奖惩任务待反馈",
            "写明执行情况；不能执行或者不适用的，写明理由。",
            f"{task_list}?show=in-hand",
        ),
    ]
    if user.role == Role.LEAD:
        answered = MeasureTask.objects.led_by(user).to_verify()
        advice = "核对执行情况和理由；不充分的退回重办。"
        waiting.append(_task(answered, "件反馈待核验", advice, reverse("office:tasks-to-verify")))
    return waiting


def _task(rows, words: str, advice: str, url: str) -> dict:
    return _counted(rows.order_by()[: COUNTED + 1].count(), words, advice, url)


def _counted(count: int, words: str, advice: str, url: str) -> dict:
    shown = f"{COUNTED:,} 以上" if count > COUNTED else f"{count:,}"
    return {"count": count, "shown": shown, "words": words, "advice": advice, "url": url}


@require_safe
def styleguide(request):
    """Every component once; only where nobody works with real data."""
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    return render(request, "styleguide.html")
