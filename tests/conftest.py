"""The test database: migrated, granted and seeded once, the way `make run` does it."""

import datetime
import io

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from accounts.models import Region

TODAY = datetime.date(2026, 11, 22)
GUARDED = (
    "audit_auditevent",
    "audit_seal",
    "audit_sealentry",
    "audit_treehead",
    "records_recordversion",
    "records_record",
)
BUSINESS = (
    *GUARDED,
    "audit_sampledreading",
    "audit_sample",
    "audit_alarm",
    "audit_incident",
    "audit_assessment",
    "repair_savedfilter",
    "repair_restorationreceiver",
    "repair_restoration",
    "repair_clarification",
    "repair_ownstatement",
    "repair_notice",
    "repair_clockextension",
    "repair_clockstop",
    "repair_clock",
    "repair_step",
    "repair_evidence",
    "repair_draft",
    "repair_case",
    "repair_representation",
    "repair_applicant",
    "evaluation_placeevaluation",
    "evaluation_evaluationedition",
    "evaluation_evaluationmethod",
    "sanctions_financehandover",
    "sanctions_financeapplication",
    "sanctions_financeproduct",
    "sanctions_recommendation",
    "sanctions_promotionevent",
    "sanctions_webhookdelivery",
    "sanctions_subscription",
    "sanctions_eligibilitycertificate",
    "sanctions_check",
    "sanctions_reviewopinion",
    "sanctions_mattercases",
    "sanctions_pointsentry",
    "sanctions_pointsaccount",
    "sanctions_supervisionclass",
    "sanctions_supervisionrun",
    "sanctions_supervisionmethod",
    "sanctions_deferredmaterial",
    "sanctions_commitment",
    "sanctions_measuretask",
    "sanctions_jointaction",
    "sanctions_listing",
    "audit_followup",
    "audit_inspection",
    "audit_monitoredinstitution",
    "sanctions_listingfile",
    "exchange_headhandover",
    "exchange_identitycheck",
    "exchange_handover",
    "exchange_delivery",
    "records_nationalrefusal",
    "records_zeroreport",
    "records_coveragebase",
    "records_coveragefigure",
    "records_reportingduty",
    "records_bulletin",
    "records_monthlyfigure",
    "records_figurerun",
    "records_identifier",
    "records_formername",
    "records_standingchange",
    "records_subjectmerge",
    "records_suspectedduplicate",
    "records_codecaserow",
    "records_codecase",
    "records_subject",
    "records_rejectedrow",
    "records_batchkey",
    "records_specialquery",
    "records_changerequest",
    "records_erasure",
    "records_stagedrow",
    "records_previewedrow",
    "records_preview",
    "records_reportingsetting",
    "records_idempotencykey",
    "records_batch",
    "accounts_apitoken",
    "accounts_sourcesystem",
    "guardian_userobjectpermission",
    "django_session",
)


# Files of minutes, whole platforms among them. One that comes last keeps a worker busy when the other has done.
LONG = ("tests/faults/", "tests/test_stack.py", "tests/bench/", "tests/journeys/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment, django_db_modify_db_settings, django_db_keepdb, django_db_createdb, django_db_blocker
):
    """In place of pytest-django's own, which makes no test database when no chosen test asks for `db` by name."""
    with django_db_blocker.unblock():
        keep = django_db_keepdb and not django_db_createdb
        made = setup_databases(verbosity=0, interactive=False, keepdb=keep)
        call_command("grant_roles")
        call_command("seed", stdout=io.StringIO())
    yield
    with django_db_blocker.unblock():
        if not django_db_keepdb:
            teardown_databases(made, verbosity=0)


@pytest.fixture
def today() -> datetime.date:
    """The day the tests are about."""
    return TODAY


@pytest.fixture
def rehearse(settings):
    """Make the platform believe it is another day, in Python and in SQL."""

    def move_to(day: datetime.date) -> None:
        settings.TODAY = day
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('platform.today', %s, false)", [day.isoformat()])

    move_to(TODAY)
    yield move_to
    with connection.cursor() as cursor:
        cursor.execute("RESET platform.today")


@pytest.fixture
def data_dir(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


def seed_again() -> None:
    """Where a transactional_db test before this one has taken everything away."""
    if not Region.objects.exists():
        call_command("seed", stdout=io.StringIO())


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """A database in which transactions really commit, for what one transaction cannot show: threads, kills, leases.

    Only what the test made is taken away afterwards; the seeded catalogue and regions stay.
    """
    with django_db_blocker.unblock():
        seed_again()
        yield
        forget_business()
        with connection.cursor() as cursor:
            _forget_drafts(cursor)
            cursor.execute("DELETE FROM accounts_user")
            cursor.execute("DELETE FROM accounts_department WHERE source = '测试'")
        connection.close()


def _forget_drafts(cursor) -> None:
    """Memoranda that the test made, approved ones too; what is seeded has no author."""
    made = "SELECT id FROM sanctions_memorandum WHERE author_id IS NOT NULL OR source = '测试'"
    if not cursor.execute(f"{made} LIMIT 1").fetchone():
        return
    locked = {
        "sanctions_measure": "memorandum_id",
        "sanctions_signatory": "memorandum_id",
        "sanctions_memorandum": "id",
    }
    for table, column in locked.items():
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"DELETE FROM {table} WHERE {column} IN ({made})")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    for table, trigger in (("sanctions_measure", "measure_locked"), ("sanctions_memorandum", "memorandum_locked")):
        cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")


def forget_business() -> None:
    """Empty every table of facts, committed rows included."""
    with connection.cursor() as cursor:
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_no_truncate")
        cursor.execute(f"TRUNCATE {', '.join(BUSINESS)}")
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate")
