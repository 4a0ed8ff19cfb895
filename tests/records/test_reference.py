"""What associations, volunteers, banks and bureaus say: labelled, apart, never promoted (33号（十二）（十九）)."""

import pytest
from django.db import IntegrityError, connection, transaction

from catalogue.models import DisplayRule, InformationItem, KeyField, SourceLine, Standing
from disclosure.models import PublicListing, PublicRecord
from exchange import bulk
from exchange import services as exchange
from records import services
from records.models import Record
from tests.factories import TODAY
from tests.records.test_persons import ITEMS, clerk_of, enter, values_of

__all__ = ["clerk_of", "enter"]
pytestmark = pytest.mark.django_db
REFERENCE = [code for code, item in ITEMS.items() if item.get("standing") == "reference"]


def test_reference_items_are_those_of_the_documents():
    assert set(REFERENCE) == {"HYDA", "SHMD", "ZYFW", "JRZX"}


@pytest.mark.parametrize(
    "changes",
    [
        {"category": "dishonest"},
        {"category": "honour"},
        {"category": "abnormal"},
        {"is_adverse": True},
        {"standing": "official"},
        {"name": "社会主体红黑名单"},
    ],
)
def test_the_database_refuses_to_promote_reference_information(changes):
    with pytest.raises(IntegrityError, match="reference_information_is_marked"), transaction.atomic():
        InformationItem.objects.filter(code="SHMD").update(**changes)


def test_official_information_is_not_forwarded_without_being_public():
    with pytest.raises(IntegrityError, match="only_reference_information_is_forwarded"), transaction.atomic():
        InformationItem.objects.filter(code="XSCX").update(forwarded=True)


@pytest.mark.parametrize("code", REFERENCE)
def test_agreement_or_consent_is_asked_for(code):
    required = {f["name"] for f in ITEMS[code]["fields"] if f.get("required") == "Y"}
    assert {"信息提供协议编号", "本人授权书编号", "信息提供合同编号"} & required


@pytest.mark.parametrize("code", REFERENCE)
def test_it_comes_from_bodies_of_its_own_kind(code):
    classes = set(SourceLine.objects.filter(code__in=ITEMS[code]["sources"]).values_list("source_class", flat=True))
    assert classes & {"association", "volunteer", "finance", "society"}


def test_every_page_of_the_office_says_for_reference_only(client, enter, clerk_of):
    record = enter("HYDA", "organisation")
    client.force_login(clerk_of("XH"))
    for address in (
        "/office/records/",
        f"/office/records/{record.public_id}/",
        f"/office/subjects/{record.subject.public_id}/",
        f"/office/batches/{record.batch.public_id}/",
        "/office/records/new/",
        "/office/catalogue/HYDA/",
    ):
        assert "仅供参考" in client.get(address).content.decode(), address


def test_the_portal_and_its_api_say_so_too_and_keep_it_off_the_lists(client, enter):
    DisplayRule.objects.filter(item_code="HYDA").update(method="valid_until")
    record = enter("HYDA", "organisation")
    shown = PublicRecord.objects.get()
    assert shown.is_reference and not shown.is_adverse and not PublicListing.objects.exists()
    address = f"/subjects/{record.subject.uscc}/"
    for page in (address, f"/records/{record.public_id}/", "/search/?q=" + record.subject.legal_name, "/law/HYDA/"):
        assert "仅供参考" in client.get(page).content.decode(), page
    sections = client.get(address).context["sections"]
    assert [section.id for section in sections if section.count] == ["reference"] and sections[-1].id == "reference"
    assert client.get(f"/api/v1/public/records/{record.public_id}/").json()["reference_only"] is True


def test_the_portal_has_no_empty_section_of_reference_information(client, enter):
    record = enter("YLXY", "organisation")
    sections = client.get(f"/subjects/{record.subject.uscc}/").context["sections"]
    assert "reference" not in [section.id for section in sections]


def test_serious_bureau_records_go_to_the_nation_marked_as_reference(enter, clerk_of):
    record = enter("JRZX")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM public_record")
        assert cursor.fetchone() == (0,)
    assert [(row.record_id, row.action) for row in bulk.claim(10)] == [(record.pk, "publish")]
    handover = exchange._claim().handovers.select_related("record__item").get()
    wire = exchange._item(handover, bulk.told_values([record.pk])[record.pk]).as_wire()
    assert wire["values"]["XXXZ"] == "仅供参考" and wire["displayed_until"] is None
    open_ones = record.item.fields.filter(scope__in=("public", "shared"), code__in=record.values)
    told = open_ones.exclude(role__in=("subject_name", "subject_kind", "uscc")).values_list("code", flat=True)
    assert set(wire["values"]) - {"XXXZ"} == set(told) != set()


def test_a_withdrawn_one_is_no_longer_offered(enter, clerk_of):
    record = enter("JRZX")
    services.withdraw_record(record, actor=clerk_of("RMYH"), reason="授权已撤回", today=TODAY)
    assert [row.action for row in bulk.claim(10)] == [""]


def test_other_reference_information_is_not_told_the_nation(enter):
    for code in ("HYDA", "SHMD", "ZYFW"):
        enter(code)
    assert not Record.objects.pending_national().exists()


def test_positive_records_carry_their_source_class_and_validity(enter, clerk_of):
    record = enter("YLXY", YLXY_LY="优秀青年志愿者")
    assert (
        record.values["YLXY_LY"] == "优秀青年志愿者" and record.displayed_until.isoformat() == record.values["YLXY_YX"]
    )
    values = values_of("YLXY", clerk_of("FGW").department)
    assert "YLXY_YX" in values and not InformationItem.objects.get(code="YLXY").is_adverse


def test_every_key_field_is_recorded_by_an_item_with_sources():
    for field in KeyField.objects.all():
        items = InformationItem.objects.filter(key_fields__contains=[field.code])
        assert items.exists() and all(item.sources for item in items), field


def test_the_fields_are_those_of_the_documents():
    counts = {kind: KeyField.objects.filter(field_set=kind).count() for kind in ("person", "real_name", "industry")}
    assert counts == {"person": 17, "real_name": 4, "industry": 17}


def test_the_page_of_duties_shows_field_item_and_departments(client, clerk_of):
    client.force_login(clerk_of("XH"))
    page = client.get("/office/catalogue/fields/").content.decode()
    assert all(words in page for words in ("审计鉴证", "云南新增，98号无", "审计鉴证领域失信信息", "审计机关"))


def test_the_open_catalogue_says_field_sources_and_threshold(client):
    page = client.get("/law/JTAQ/").content.decode()
    assert all(words in page for words in ("交通安全", "公安机关", "归集门槛", "严重"))
    assert Standing.REFERENCE.label in client.get("/law/JRZX/").content.decode()


def test_only_what_may_be_shown_about_organisations_has_a_list(client):
    listed = {item.code for item in client.get("/lists/").context["lists"]}
    assert {"XZXK", "XZCF", "SPYP", "SXBZ", "XFPG"} <= listed
    assert listed.isdisjoint({"XSCX", "ZYZG", "HJGR", "JTAQ", "XHFZ", "ZRRY", "HYDA", "JRZX"})
    assert len(client.get("/").context["lists"]) == 10
