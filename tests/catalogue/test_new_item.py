"""An item without a line of code: added by an edition, reported at every door, seen as far as it may be."""

import io
import json

import openpyxl
import pytest
from django.test import Client

from accounts.models import Role
from accounts.services import issue_token
from catalogue import services as catalogue
from credit_platform import demo
from exchange import services as exchange
from exchange.messages import Outcome, OutcomeKind
from records import services
from records.models import Batch, Record
from tests import factories
from tests.catalogue.editions import add_item
from tests.factories import TODAY

pytestmark = pytest.mark.django_db
GRADE = {"seq": 13, "code": "CSXM_DJ", "name": "评定等级", "type": "enum", "values": ["甲级", "乙级"], "required": "Y"}
INSIDE = {"seq": 14, "code": "CSXM_NB", "name": "内部意见", "scope": "shared"}
SECRET = {"seq": 15, "code": "CSXM_MM", "name": "核查材料", "scope": "authorised", "sensitivity": "sensitive"}


@pytest.fixture
def clerk(rehearse, data_dir):
    return factories.make_user("clerk-a", Role.CLERK, factories.make_department("甲", 711))


@pytest.fixture
def item(draft, author, second, clerk):
    draft = add_item(draft, author)
    pattern = next(f for f in draft.law["items"][0]["fields"] if f["type"] == "text" and not f["role"])
    empty = pattern | {"aliases": [], "length": 200, "required": "N", "applies_to": [], "help": "", "required_when": {}}
    for extra in (GRADE, INSIDE, SECRET):
        draft = catalogue.change_field(draft, "CSXM", empty | {"scope": "public"} | extra, actor=author)
    draft = catalogue.submit(draft, actor=author)
    services.approve_edition(draft, in_force_on=TODAY, recomputes=False, opinion="同意", actor=second, today=TODAY)


def row(clerk, number: int) -> dict[str, str]:
    department = clerk.department
    return {
        "CSXM_XDR_MC": f"昆明示例第{number}新事项有限公司",
        "CSXM_XDR_LB": "法人及非法人组织",
        "CSXM_XDR_SHXYM": demo.make_uscc("530102", 300 + number),
        "CSXM_MC": "示例评定",
        "CSXM_WSH": f"云示评〔2026〕{number}号",
        "CSXM_RQ": "2026-11-03",
        "CSXM_JG": department.name,
        "CSXM_JGDM": department.uscc,
        "CSXM_LYDW": department.name,
        "CSXM_LYDWDM": department.uscc,
        "CSXM_DJ": "甲级",
        "CSXM_NB": f"只给部门看{number}",
        "CSXM_MM": f"只凭授权看{number}",
    }


def by_form(clerk, values) -> None:
    client = Client()
    client.force_login(clerk)
    assert "评定等级" in client.get("/office/records/new/CSXM/").content.decode()
    answer = client.post("/office/records/new/CSXM/", values | {"step": "submit", "key": "new-item"})
    assert answer.status_code == 302, answer.context["form"].errors


def by_template(clerk, values) -> None:
    client = Client()
    client.force_login(clerk)
    book = openpyxl.load_workbook(io.BytesIO(b"".join(client.get("/office/templates/CSXM.xlsx"))))
    sheet, explained = book.worksheets[0], book.worksheets[1]
    codes = {explained.cell(line, 1).value: explained.cell(line, 2).value for line in range(2, explained.max_row + 1)}
    lists = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"}
    assert '"甲级,乙级"' in lists.values()
    assert str(sheet.cell(2, 1).value).startswith("【示例")
    for column in range(1, sheet.max_column + 1):
        title = str(sheet.cell(1, column).value).rstrip("*")
        assert sheet.cell(2, column).number_format == "@"
        sheet.cell(3, column).value = values.get(codes[title])
    out = io.BytesIO()
    book.save(out)
    batch = factories.send(out.getvalue(), clerk, item="CSXM")
    assert (batch.rows_total, batch.rows_accepted) == (1, 1), "the example row is no row"


def by_interface(clerk, values) -> None:
    token = issue_token(department=clerk.department, user=clerk, name="示例", on=TODAY)[1]
    answer = Client().post(
        "/api/v1/batches/",
        {"item": "示例新增事项", "rows": [values]},
        content_type="application/json",
        headers={"authorization": f"Token {token}"},
    )
    assert answer.status_code == 202
    batch = Batch.objects.get(public_id=answer.json()["id"])
    assert services.run_batch(batch.pk, today=TODAY).rows_accepted == 1


class Listening:
    """A national platform that keeps what it was told and says nothing."""

    def __init__(self):
        self.told = []

    def send(self, batch) -> Outcome:
        self.told += batch.items
        return Outcome(OutcomeKind.UNKNOWN, batch.batch)

    def ask(self, keys):
        return {}


def test_a_new_item_works_at_every_door_and_shows_only_its_public_fields(item, clerk, client):
    for number, door in enumerate((by_form, by_template, by_interface), start=1):
        door(clerk, row(clerk, number))
    records = list(Record.objects.filter(item_code="CSXM").order_by("pk"))
    assert [record.values["CSXM_NB"] for record in records] == [f"只给部门看{n}" for n in (1, 2, 3)]
    platform = Listening()
    exchange.push_pending(platform)
    assert [set(each.values) & {"CSXM_DJ", "CSXM_NB", "CSXM_MM"} for each in platform.told] == [{"CSXM_DJ"}] * 3
    for record in records:
        page = client.get(f"/records/{record.public_id}/").content.decode()
        answer = client.get(f"/api/v1/public/records/{record.public_id}/").json()
        assert "评定等级" in page and "甲级" in page
        assert answer["values"]["CSXM_DJ"] == "甲级"
        for text in (page, json.dumps(answer, ensure_ascii=False), str(platform.told)):
            assert "只给部门看" not in text and "只凭授权看" not in text
    assert "示例新增事项" in client.get("/law/").content.decode()
    assert client.get("/lists/CSXM/").status_code == 200


def test_its_shape_is_published_before_anybody_reports(item, client):
    schema = client.get("/api/v1/public/catalogue/CSXM/schema/").json()
    assert schema["properties"]["CSXM_DJ"]["enum"] == ["甲级", "乙级"]
    assert "CSXM_DJ" in schema["required"] and "CSXM_NB" not in schema["required"]
    assert client.get("/api/v1/public/catalogue/CSXM/schema/?on=2026-11-21").status_code == 404
    assert client.get("/api/v1/public/catalogue/NONE/schema/").status_code == 404


def test_the_catalogue_of_any_day_is_open(item, client):
    now, before = (client.get(f"/api/v1/public/catalogue/{query}").json() for query in ("", "?on=2026-11-21"))
    assert (now["edition"]["number"], before["edition"]["number"]) == (2, 1)
    assert before["edition"]["superseded_on"] == "2026-11-22"
    assert "CSXM" in str(now["law"]) and "CSXM" not in str(before["law"])
    for where in ("/law/?on=2026-11-21", "/law/?on=2025-01-01"):
        page = client.get(where).content.decode()
        assert "示例新增事项" not in page and "第 1 版" in page and "行政处罚" in page
    assert client.get("/law/CSXM/").status_code == 200
    assert client.get("/law/CSXM/?on=2026-11-21").status_code == 404
    assert client.get("/law/?on=gestern").status_code == 400
    assert client.get("/api/v1/public/catalogue/?on=x").json()["code"] == "date_invalid"
    assert client.get("/api/v1/public/catalogue/?on=1999-01-01").status_code == 404
    book = openpyxl.load_workbook(io.BytesIO(client.get("/law/catalogue.xlsx").content))
    assert [sheet.title for sheet in book] == ["法律依据", "目录项", "字段", "公示期限"]
    assert {cell.data_type for sheet in book for line in sheet.iter_rows() for cell in line if cell.value} == {"s"}


def test_drafts_are_not_published(draft, author, client, rehearse):
    add_item(draft, author)
    assert "CSXM" not in client.get("/api/v1/public/catalogue/").content.decode()
    assert "第 2 版" not in client.get("/law/").content.decode()
