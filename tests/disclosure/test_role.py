"""The portal's role: what PostgreSQL refuses it, and that no public page does without it."""

import datetime

import pytest
from django.contrib.auth import get_user_model
from django.db import ProgrammingError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from psycopg.errors import InsufficientPrivilege

from credit_platform.demo import make_id_number
from disclosure.role import ROLE, portal_role
from tests.disclosure.factory import make_event, make_organisation, make_person, make_receipt, make_record
from tests.repair.conftest import make_clarification

SECRET_TABLES = (
    "records_record",
    "records_subject",
    "records_identifier",
    "records_recordversion",
    "records_batch",
    "records_rejectedrow",
    "accounts_user",
    "accounts_apitoken",
    "accounts_department",
    "audit_auditevent",
    "django_session",
    "sanctions_check",
    "sanctions_listing",
    "sanctions_eligibilitycertificate",
    "sanctions_financeapplication",
    "sanctions_recommendation",
    "evaluation_placeevaluation",
)
READABLE = {
    "public_subject",
    "public_record",
    "public_listing",
    "public_former_name",
    "public_former_address",
    "public_edition",
    "public_receipt",
    "public_own_statement",
    "public_repair_rule",
    "public_clarification",
    "public_list_kind",
    "public_supervision_method",
    "public_finance_product",
    "public_evaluation",
    "public_promotion_event",
    "public_recommendation",
    "accounts_region",
    "audit_treehead",
    "catalogue_informationitem",
    "catalogue_informationitem_further_bases",
    "catalogue_itemfield",
    "catalogue_displayrule",
    "catalogue_keyfield",
    "catalogue_sourceline",
    "catalogue_legalbasis",
}


@pytest.fixture
def addresses():
    """One address of every public route."""
    firm = make_organisation("昆明示例茶业有限公司")
    record = make_record(firm, "XZCF")
    person = make_record(make_person("示例人甲", make_id_number("530102", datetime.date(1985, 3, 12), 991)), "XZCF")
    values = {"code": firm.uscc, "uscc": firm.uscc, "item": "XZCF", "public_id": record.public_id}
    values["receipt_no"] = make_receipt().receipt_no
    own = {
        "list": {"code": "XZCF"}, "item": {"code": "XZCF"}, "catalogue-schema": {"code": "XZCF"},
        "promotion": {"public_id": make_event().public_id},
        "clarification": {"public_id": make_clarification(make_record(firm, "XZCF")).public_id},
    }  # fmt: skip
    found = [f"{reverse('portal:search')}?q=示例", reverse("portal:record", args=[person.public_id])]
    found.append(f"{reverse('public-api:subjects')}?q=示例")
    found.append(f"{reverse('public-api:records')}?item=XZCF")
    for namespace in ("portal", "public-api"):
        for name, ways in get_resolver().namespace_dict[namespace][1].reverse_dict.items():
            if isinstance(name, str):
                wanted = ways[0][0][1]
                known = values | own.get(name, {})
                found.append(reverse(f"{namespace}:{name}", kwargs={key: known[key] for key in wanted}))
    return found


@pytest.mark.parametrize("table", SECRET_TABLES)
def test_the_role_cannot_read(table):
    with pytest.raises(ProgrammingError) as refused, portal_role(), connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {table}")
    assert isinstance(refused.value.__cause__, InsufficientPrivilege)


def test_the_role_reads_the_views_and_the_catalogue_and_nothing_else():
    assert may("SELECT") == READABLE
    assert may("INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER") == set()


def may(privileges: str) -> set[str]:
    """Every relation on which the role has one of the privileges."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'v', 'm', 'p') AND has_table_privilege(%s, oid, %s)",
            [ROLE, privileges],
        )
        return {name for (name,) in cursor.fetchall()}


def test_the_role_ends_with_the_page(client, addresses):
    for address in addresses:
        client.get(address)
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() != (ROLE,)


def test_every_public_page_reads_as_the_role_only(client, addresses):
    assert len(addresses) > 17
    for address in addresses:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        expected = 400 if address in ("/api/v1/public/subjects/", "/api/v1/public/records/") else 200
        assert response.status_code == expected, address
        # A receipt is asked for behind a count of wrong guesses, by a function that the role may call too.
        passed = ("SAVEPOINT", "RELEASE", "ROLLBACK", "SELECT audit_receipt_guesses(")
        statements = [q["sql"] for q in queries if not q["sql"].startswith(passed)]
        assert statements[0] == f"SET LOCAL ROLE {ROLE}", address


def test_a_signed_in_clerk_reads_the_portal_like_anybody(client, addresses):
    client.force_login(get_user_model().objects.create(username="示例管理员", role="administrator"))
    for address in addresses:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        assert not [q for q in queries if "django_session" in q["sql"] or "accounts_user" in q["sql"]], address
        assert not response.cookies
        assert "Cookie" not in response.headers.get("Vary", "")


def test_a_page_with_a_term_is_neither_kept_nor_indexed(client, addresses):
    for address in addresses:
        response = client.get(address)
        assert response["Cache-Control"] == "no-cache"
        if any(
            part in address
            for part in ("/subjects/", "/records/", "/search/", "/lists/X", "/api/", "/receipts/", "/clarif")
        ):
            assert response["X-Robots-Tag"] == "noindex, noarchive", address


def test_the_portal_stands_alone_without_the_office(client, settings, addresses):
    settings.ROOT_URLCONF = "credit_platform.portal_urls"
    for address in addresses:
        assert client.get(address).status_code in (200, 400), address
    assert client.get("/office/").status_code == 404
    assert client.get("/api/v1/batches/").status_code == 404


def test_public_pages_are_only_read(client, addresses):
    for address in addresses:
        assert client.post(address).status_code == 405, address
