"""A list, a memorandum with measures for three departments, and the people who act on them. All invented."""

import datetime
import uuid

import pytest

from accounts.models import Department, Region, Role
from catalogue.models import Evidence, LegalBasis, SubjectKind
from credit_platform import demo
from sanctions import services
from sanctions.models import (
    Addressee,
    ConductClass,
    Force,
    Incentive,
    Listing,
    ListKind,
    Measure,
    MeasureKind,
    Memorandum,
    MemorandumKind,
    NationalMeasure,
    Tone,
)
from sanctions.services.listings import Decision, Named
from tests.conftest import TODAY
from tests.factories import make_user

EVERYBODY = list(SubjectKind.values)
# Long enough for the subject to answer: the statement period from the day of notice is over.
LATER = datetime.date(2026, 12, 7)


def firm(number: int) -> Named:
    return Named("organisation", f"昆明示例第{number}商贸有限公司", demo.make_uscc("530102", number))


FIRM = firm(1)


def make_line(line: str, number: int, region: str = "530000", name: str = "", unit: str = "TEST") -> Department:
    """A department of a line, in a region; its code ends in the line's."""
    return Department.objects.create(
        code=f"{region}-{unit}-{line}",
        name=name or f"示例{region}{line}局",
        region=Region.objects.get(code=region),
        uscc=demo.make_uscc("530000", number, "11"),
        source="测试",
    )


def basis(code: str = "state-2016-33-19") -> LegalBasis:
    return LegalBasis.objects.get(code=code)


def make_kind(code: str = "T-BLACK", *, tone: Tone = Tone.BLACK, **changes) -> ListKind:
    """A list of the invented market department; persons included, with the basis for them."""
    values = {
        "name": f"示例{tone.label[:2]}名单",
        "item_code": "YZSX",
        "lines": ["SJJ"],
        "standard": "示例认定标准",
        "legal_basis": basis(),
        "persons_basis": basis(),
        "subject_kinds": EVERYBODY,
        "conduct_codes": ["T101"] if tone == Tone.BLACK else [],
        "term_months": 36,
        "exit_conditions": "示例移出条件",
        "in_force_from": datetime.date(2016, 5, 30),
        "source": "测试",
        "evidence": Evidence.TO_BE_VERIFIED,
    }
    return ListKind.objects.create(code=code, tone=tone, **values | changes)


def make_memorandum(code: str = "T-MEMO", *, lists=("T-BLACK",), measures=(), **changes) -> Memorandum:
    """A memorandum in force with the measures given as dictionaries."""
    values = {
        "name": f"示例备忘录{code}",
        "kind": MemorandumKind.SANCTION,
        "lead": "示例牵头单位",
        "list_codes": list(lists),
        "in_force_from": datetime.date(2016, 5, 30),
        "source": "测试",
        "evidence": Evidence.TO_BE_VERIFIED,
    }
    memorandum = Memorandum.objects.create(code=code, **values | changes)
    for number, measure in enumerate(measures, start=1):
        Measure.objects.create(
            memorandum=memorandum,
            number=number,
            **{
                "text": f"示例措施{number}",
                "kind": MeasureKind.ADMINISTRATIVE,
                "force": Force.MANDATORY,
                "implementer": "示例单位",
                "legal_basis": basis(),
                "subject_kinds": EVERYBODY,
                "evidence": Evidence.TO_BE_VERIFIED,
            }
            | measure,
        )
    memorandum.state = "approved"
    memorandum.save()
    return memorandum


MEASURES = (
    {"line": "CZT", "national": NationalMeasure.PUBLIC_FUNDS, "text": "限制申请示例财政资金项目"},
    {"line": "SJJ", "national": NationalMeasure.MARKET_ACCESS, "text": "从严审核示例许可"},
    {"line": "JTT", "national": NationalMeasure.SUPERVISION, "text": "列为重点监管对象", "force": Force.RECOMMENDED},
    {
        "line": "YH", "national": NationalMeasure.LENDING, "text": "示例授信参考", "force": Force.REFERENCE,
        "addressee": Addressee.BANK, "kind": MeasureKind.MARKET, "legal_basis": None,
    },
    {
        "line": "SJJ", "national": NationalMeasure.POSITION, "text": "限制责任人员任示例职务", "on_responsible": True,
        "responsible_basis_id": None, "force": Force.RECOMMENDED,
    },
)  # fmt: skip
INCENTIVES = (
    {"line": "SJJ", "kind": MeasureKind.INCENTIVE, "incentive": Incentive.GREEN_CHANNEL, "text": "示例绿色通道",
     "force": Force.RECOMMENDED},
    {"line": "SJJ", "kind": MeasureKind.INCENTIVE, "incentive": Incentive.DEFERRED_MATERIALS, "text": "示例容缺受理",
     "force": Force.RECOMMENDED},
)  # fmt: skip


@pytest.fixture
def market(db, data_dir, rehearse):
    """The department that keeps the list; 22 November 2026."""
    return make_line("SJJ", 751, "530100")


@pytest.fixture
def clerk(market):
    return make_user("clerk-s", Role.CLERK, market)


@pytest.fixture
def lead(market):
    return make_user("lead-s", Role.LEAD, market)


@pytest.fixture
def departments(market):
    """Those that carry measures out, by line; the city's are nearest to a subject of 五华 (530102)."""
    return {
        "SJJ": market,
        "CZT": make_line("CZT", 752, "530100"),
        "JTT": make_line("JTT", 753, "530100"),
        "YH": make_line("YH", 754, "530100"),
    }


@pytest.fixture
def conduct(db):
    return ConductClass.objects.create(
        code="T101", category="示例大类", name="示例行为", document_no="国发〔2016〕33号", paragraph="（九）"
    )


@pytest.fixture
def black(market, conduct):
    return make_kind()


@pytest.fixture
def memorandum(black, departments):
    measures = [dict(measure) for measure in MEASURES]
    measures[-1] |= {"responsible_basis": basis()}
    del measures[-1]["responsible_basis_id"]
    return make_memorandum(measures=measures)


@pytest.fixture
def decision(market, conduct):
    def decision(number: int = 1, **changes) -> Decision:
        return Decision(
            **{
                "document_no": f"云示列〔2026〕{number}号",
                "decided_on": datetime.date(2026, 11, 3),
                "authority": market.name,
                "facts": "示例事由",
                "conduct": conduct,
            }
            | changes
        )

    return decision


@pytest.fixture
def propose(market, clerk, decision):
    """Propose a subject for a list."""

    def propose(kind: ListKind, named: Named = FIRM, number: int = 1, **changes) -> Listing:
        return services.propose_listing(
            kind, named, decision(number, **changes), department=market, actor=clerk, key=uuid.uuid4(), today=TODAY
        )

    return propose


@pytest.fixture
def enter(propose, clerk, lead, rehearse):
    """Carry a proposal through notice to entry; it is LATER from then on."""

    def enter(kind: ListKind, named: Named = FIRM, number: int = 1, **changes) -> Listing:
        listing = propose(kind, named, number, **changes)
        services.notify_subject(listing, actor=clerk, how="直接送达", on=TODAY, today=TODAY)
        rehearse(LATER)
        return services.enter_listing(listing, actor=lead, reason="事实清楚", today=LATER)

    return enter
