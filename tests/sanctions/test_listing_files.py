"""Proposals by file: every row by the rules of the form, no row stopping another."""

import uuid

import pytest

from accounts.models import Role
from audit.actions import Action
from audit.models import AuditEvent
from records.errors import Refused, RightMissing
from sanctions import services
from sanctions.models import Listing, ListingFile
from sanctions.services import files
from tests import factories
from tests.conftest import TODAY
from tests.factories import make_id_number, make_user
from tests.sanctions.conftest import make_line


def row(number: int = 1, **changes: str) -> dict[str, str]:
    return {
        "主体名称": f"昆明示例第{number}商贸有限公司",
        "主体类别": "法人及非法人组织",
        "统一社会信用代码或证件号码": factories.demo.make_uscc("530102", number),
        "决定文书号": f"云示列〔2026〕{number}号",
        "决定日期": "2026/11/03",
        "列入事由": "示例事由",
        "失信行为类别": "示例行为",
    } | changes


PERSON = {"主体名称": "示例李四", "主体类别": "自然人", "统一社会信用代码或证件号码": make_id_number(41)}


@pytest.fixture
def send(black, market, clerk):
    def send(rows: list[dict[str, str]] | bytes, key: uuid.UUID | None = None, actor=None) -> ListingFile:
        content = rows if isinstance(rows, bytes) else factories.as_csv(rows)
        return services.file_listings(
            black,
            file_name="名单.csv",
            chunks=[content],
            department=market,
            actor=actor or clerk,
            key=key or uuid.uuid4(),
            today=TODAY,
        )

    return send


def test_good_rows_are_proposed_and_the_others_come_back_with_their_reason(send):
    file = send(
        [
            row(1),
            row(2, 统一社会信用代码或证件号码="91530102990000017B"),
            row(3, 失信行为类别="没有这一类"),
            row(4, 决定日期="去年"),
            row(5, 主体类别="公司"),
            row(6, 列入事由=""),
            row(1),
            row(7, **PERSON),
        ]
    )
    assert (file.rows_total, file.rows_accepted) == (8, 2)
    assert [(each["row"], each["code"]) for each in file.returned] == [
        (3, "uscc_invalid"),
        (4, "value_unknown"),
        (5, "date_format"),
        (6, "value_unknown"),
        (7, "document_missing"),
        (8, "listed_already"),
    ]
    assert Listing.objects.filter(state="proposed").count() == 2


def test_a_row_names_who_is_responsible_and_nobody_without_a_basis(send):
    named = {
        "责任人员1姓名": "示例赵六", "责任人员1身份": "法定代表人、主要负责人", "责任人员1证件号码": make_id_number(46),
        "责任人员1认定依据": "《示例条例》第五十条",
    }  # fmt: skip
    file = send([row(1, **named), row(2, **named | {"责任人员1认定依据": ""})])
    assert [(each["row"], each["code"]) for each in file.returned] == [(3, "responsible_without_basis")]
    [person] = Listing.objects.get().responsible
    assert (person["name"], person["capacity"]) == ("示例赵六", "法定代表人、主要负责人")
    assert named["责任人员1证件号码"] not in str(file.returned) + str(person)


def test_neither_file_row_nor_trail_hold_a_number(send):
    child = PERSON | {"统一社会信用代码或证件号码": make_id_number(42, born_on=TODAY.replace(year=2016))}
    file = send([row(1, **child)])
    assert file.returned[0]["code"] == "subject_is_minor"
    line = AuditEvent.objects.get(action=Action.LISTINGS_FILED)
    assert line.detail == {"list": "T-BLACK", "rows": 1, "accepted": 0}
    number = child["统一社会信用代码或证件号码"]
    assert number not in str(file.returned) and number not in str(line.detail) + line.object_label


def test_sent_twice_it_is_taken_once(send):
    key = uuid.uuid4()
    assert send([row()], key) == send([row()], key)
    assert Listing.objects.count() == 1


def test_more_rows_than_allowed_are_refused_whole(send, monkeypatch, data_dir):
    monkeypatch.setattr(files, "MOST_ROWS", 2)
    with pytest.raises(Refused) as refusal:
        send([row(1), row(2), row(3)])
    assert refusal.value.code == "too_many_rows"
    assert not list((data_dir / "uploads").rglob("*.sm4"))


def test_a_file_that_is_no_table_is_refused_with_a_sentence(send):
    with pytest.raises(Refused) as refusal:
        send(b"\x00\x01\x02")
    assert refusal.value.code and refusal.value.message
    assert not ListingFile.objects.exists()


def test_the_right_is_asked_for(send):
    stranger = make_user("clerk-x", Role.CLERK, make_line("JTT", 764, "530100"))
    with pytest.raises(RightMissing):
        send([row()], actor=stranger)
