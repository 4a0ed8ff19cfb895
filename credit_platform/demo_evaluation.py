"""An invented method of evaluating places, and two editions by it: of duties that invented departments really met here.

Nothing is made up in the figures: months that are over are closed as they are, zero reports among them.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from accounts.models import Department, User
from evaluation import services
from evaluation.models import EvaluationMethod
from evaluation.policy import DEFAULTS
from records.models import ReportingDuty
from records.quality import services as quality
from records.quality.moments import month_now
from records.quality.policy import shift

TEXT = (
    "依据国发〔2014〕21号六（四），评价各州市、县（市、区）的社会信用体系建设情况。只用平台已有的数，没有可计的数的指标不计入，"
    "权重由其余指标按比例承担。（演示办法，权重不是主管部门确定的）"
)
INDICATORS = [
    {"kind": "timely", "weight": 20},
    {"kind": "compliant", "weight": 15},
    {"kind": "codes", "weight": 10},
    {"kind": "duties", "weight": 25},
    {"kind": "feedback", "weight": 10},
    {"kind": "cases", "weight": 10},
    {"kind": DEFAULTS, "weight": 10, "each": 5},
]
# Departments of places that report penalties every month, and in how many of the months evaluated they said so.
PLACES = (
    ("530300-YS-JTT", "曲靖市演示交通运输局", "530300", 2),
    ("530400-YS-JTT", "玉溪市演示交通运输局", "530400", 3),
    ("532900-YS-JTT", "大理白族自治州演示交通运输局", "532900", 1),
)
ITEM = "XZCF"
MONTHS, LOOKED_BACK = 3, 12


@transaction.atomic
def load(places: Sequence[tuple[Department, User, int]], today: date, now: datetime) -> None:
    """Close the last months, evaluate them by a method two people have made, once. Needs two supervisors or reviewers.

    `places`: departments of PLACES with their clerks, and how many of the months each has made a zero report for.
    """
    months = _closable(now)
    if EvaluationMethod.objects.exists() or len(months) < MONTHS:
        return
    for department, clerk, stated in places:
        duty = quality.set_duty(department, ITEM, cycle="month", since=months[0], source="演示：权责清单")
        for month in months[:stated]:
            _report_nothing(duty, month, clerk, today)
    for month in months:
        quality.close_month(month, now=now)
    author, other = User.objects.get(username="reviewer"), User.objects.get(username="supervisor")
    method = services.draw_up_method("演示地方综合信用评价办法", TEXT, INDICATORS, actor=author)
    services.adopt_method(method, actor=other, opinion="同意试行（演示数据）。", on=today, today=today)
    edition = services.draft_edition(months[0], months[-2], actor=author, today=today)
    services.issue_edition(edition, actor=other, publish=True, today=today)
    services.draft_edition(months[0], months[-1], actor=author, today=today)


def _closable(now: datetime) -> list[date]:
    """The last three months that are over, with the reports about them, oldest first."""
    past = [shift(month_now(now), -ago) for ago in range(1, LOOKED_BACK)]
    return sorted([month for month in past if quality.is_over(month, now)][:MONTHS])


def _report_nothing(duty: ReportingDuty, month: date, clerk: User, today: date) -> None:
    quality.report_nothing(duty, month, actor=clerk, today=today)
