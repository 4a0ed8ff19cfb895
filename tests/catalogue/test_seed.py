"""The catalogue as seeded: complete, lawful, and held by the database."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction

from catalogue import services
from catalogue.models import DisplayRule, FieldRole, InformationItem, ItemField, LegalBasis

pytestmark = pytest.mark.django_db


def test_seeding_twice_changes_nothing():
    assert services.seed() == services.seed()


@pytest.mark.parametrize(("code", "fields"), [("XZXK", 28), ("XZCF", 30)])
def test_double_publicity_items_have_all_columns_of_the_national_table(code, fields):
    item = InformationItem.objects.get(code=code)
    assert item.fields.filter(responsible_part="").count() == fields


@pytest.mark.parametrize("code", ["XZXK", "XZCF", "YZSX", "CXRY", "JYYC"])
def test_every_item_knows_what_the_platform_needs_of_a_row(code):
    roles = set(InformationItem.objects.get(code=code).fields.exclude(role="").values_list("role", flat=True))
    needed = {
        FieldRole.SUBJECT_NAME,
        FieldRole.SUBJECT_KIND,
        FieldRole.USCC,
        FieldRole.DOCUMENT_NO,
        FieldRole.DECIDED_ON,
        FieldRole.TITLE,
        FieldRole.AUTHORITY,
        FieldRole.SOURCE_CODE,
    }
    assert needed <= roles


@pytest.mark.parametrize("code", ["XZXK", "XZCF", "YZSX", "CXRY", "JYYC"])
def test_every_item_has_a_display_rule_for_each_severity_today(code):
    item = InformationItem.objects.get(code=code)
    severities = set(item.severity_by_value) - {"field"} or {""}
    today = datetime.date(2026, 11, 22)
    assert severities <= set(DisplayRule.objects.of(code).in_force(on=today).values_list("severity", flat=True))


def test_an_item_without_a_legal_basis_is_impossible():
    item = InformationItem.objects.get(code="XZXK")
    with pytest.raises(IntegrityError), transaction.atomic():
        InformationItem.objects.filter(pk=item.pk).update(legal_basis=None)


def test_a_legal_basis_in_use_cannot_be_deleted():
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        LegalBasis.objects.filter(code="state-2016-33-17")._raw_delete("default")


def test_two_editions_of_an_item_cannot_be_in_force_on_one_day():
    item = InformationItem.objects.get(code="XZXK")
    item.pk = None
    with pytest.raises(IntegrityError, match="one_edition_of_an_item_in_force"), transaction.atomic():
        item.save()


def test_two_display_rules_cannot_apply_to_one_decision():
    rule = DisplayRule.objects.get(key="XZCF.order-36.general")
    rule.pk, rule.key = None, "another"
    with pytest.raises(IntegrityError, match="one_display_rule_in_force"), transaction.atomic():
        rule.save()


def test_identity_numbers_can_never_be_opened_to_the_public():
    with pytest.raises(IntegrityError, match="identity_numbers_are_never_open"), transaction.atomic():
        ItemField.objects.filter(type="id_number").update(scope="public")
