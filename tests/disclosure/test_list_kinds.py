"""The lists as the portal tells them: honours first, each with standard, basis, who keeps it and how one gets off."""

import datetime

import pytest
from django.test import Client

from accounts.models import Role
from disclosure import figures
from disclosure.models import PublicListKind
from disclosure.role import portal_role
from sanctions.models import ListKind
from tests import factories
from tests.factories import make_department, make_user

LIST_NAME = "拖欠农民工工资失信联合惩戒对象名单"


@pytest.fixture(autouse=True)
def on_the_day(db, rehearse, data_dir):
    figures.forget()
    yield
    figures.forget()


@pytest.fixture
def entry():
    """A record that names its list."""
    clerk = make_user("clerk-p", Role.CLERK, make_department("甲", 781))
    unit = clerk.department
    values = {
        "YZSX_XDR_MC": "昆明示例第1商贸有限公司",
        "YZSX_XDR_LB": "法人及非法人组织",
        "YZSX_XDR_SHXYM": factories.demo.make_uscc("530102", 1),
        "YZSX_MDMC": LIST_NAME,
        "YZSX_WSH": "云示薪〔2026〕1号",
        "YZSX_SY": "拖欠工资。",
        "YZSX_YJ": "《示例条例》第四十八条",
        "YZSX_RQ": "2026-11-03",
        "YZSX_RDJG": unit.name,
        "YZSX_RDJGDM": unit.uscc,
        "YZSX_LYDW": unit.name,
        "YZSX_LYDWDM": unit.uscc,
    }
    return factories.register(values, clerk, item="YZSX")


def page(where: str) -> str:
    return Client().get(where).content.decode()


def test_honours_stand_before_everything_else(entry):
    text = page("/lists/")
    places = [text.index(f'id="tone-{tone}"') for tone in ("red", "black", "watch", "reference")]
    assert places == sorted(places)
    for words in ("纳税信用A级纳税人名单", "认定标准和移出条件", "如何移出", "税务机关认定"):
        assert words in text, words


def test_each_list_counts_its_own_entries_and_leads_to_them(entry):
    text = page("/lists/")
    row = text[text.index(f">{LIST_NAME}</a>") :]
    assert "1 条" in row[:200]
    assert "昆明示例第1商贸有限公司" in page("/lists/YZSX/?kind=TQNMG")
    assert "昆明示例第1商贸有限公司" not in page("/lists/YZSX/?kind=ZDSS")
    assert "昆明示例第1商贸有限公司" in page("/lists/YZSX/?kind=nonsense")


def test_a_record_says_which_list_it_is_and_how_one_gets_off(entry):
    text = page(f"/records/{entry.public_id}/")
    assert "这是什么名单" in text and "列入满六个月" in text


def test_what_is_not_for_the_public_is_not_in_the_view():
    with portal_role():
        codes = set(PublicListKind.objects.values_list("code", flat=True))
    assert "ZDJG" not in codes and "SCJG" in codes


def test_a_list_that_is_over_is_gone_the_next_day(rehearse):
    ListKind.objects.filter(code="ZDSS").update(in_force_until=datetime.date(2026, 11, 22))
    assert PublicListKind.objects.filter(code="ZDSS").exists()
    rehearse(datetime.date(2026, 11, 23))
    assert not PublicListKind.objects.filter(code="ZDSS").exists()
