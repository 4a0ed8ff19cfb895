"""Fill a development platform with invented data and say how to get in. Refused everywhere else."""

import json
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Department, Region, Role, User
from accounts.services import issue_token, place_user
from audit import heads, sealing
from audit.models import TreeHead
from credit_platform import (
    demo,
    demo_cases,
    demo_evaluation,
    demo_identities,
    demo_incentives,
    demo_items,
    demo_lists,
    demo_promises,
)
from deadlines.clock import today
from records import services
from records.models import Batch, CoverageBase, Record
from records.quality.services import set_duty
from records.services.batches import item_in_force

FIRST_OF_PLACES = 30  # of the departments' codes, after those of demo.DEPARTMENTS


class Command(BaseCommand):
    help = "载入演示数据（仅限开发环境），并把登录方式写入 DATA_DIR/demo.json"

    def add_arguments(self, parser):
        parser.add_argument("--url", default="http://127.0.0.1:8000")
        parser.add_argument("--stub-url", default="http://127.0.0.1:8001")

    def handle(self, *, url: str, stub_url: str, **options):
        if not settings.DEMO:
            raise CommandError("演示数据只用于开发环境（DEMO=1）。")
        departments = [_department(number, *entry) for number, entry in enumerate(demo.DEPARTMENTS, start=1)]
        users = [_user(departments, *entry) for entry in demo.USERS]
        users.append(_regional_supervisor(*demo.REGIONAL_SUPERVISOR))
        path = settings.DATA_DIR / "demo.json"
        known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        token = known.get("token") or _token(departments[0])
        _load(departments)
        users.append(_load_items())
        demo_promises.load(departments[0], today())
        _duties(departments)
        demo_lists.load(departments[0], today())
        demo_cases.load(departments[1], today())
        demo_incentives.load(departments[0], departments[4], today())
        _evaluate()
        _coverage()
        _sign_first_head()
        first = departments[0]
        content = {
            "url": url,
            "stub_url": stub_url,
            "token": token,
            "department": {"name": first.name, "uscc": first.uscc, "code": first.code},
            "users": users,
        }
        _keep(path.with_name("identities.json"), demo_identities.accounts())
        _keep(path, content)
        self.stdout.write(str(path))


def _keep(path: Path, content: object) -> None:
    path.touch(mode=0o600)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2), encoding="utf-8")


def _department(number: int, code: str, name: str, region: str) -> Department:
    department, _ = Department.objects.get_or_create(
        code=code,
        defaults={
            "name": name,
            "region": Region.objects.get(code=region),
            "parent": Department.objects.get(code=f"{region}-GOV"),
            "uscc": demo.make_uscc(region, 800 + number, "11"),
            "source": "演示",
        },
    )
    return department


def _user(departments, username: str, display_name: str, role: str, index: int | None) -> dict[str, str]:
    password = _password(username)
    if not User.objects.filter(username=username).exists():
        place = None if index is None else departments[index]
        user = User(username=username, display_name=display_name)
        user.set_password(password)
        place_user(user, department=place, role=Role(role))
    return {"username": username, "password": password, "role": role}


def _regional_supervisor(username: str, display_name: str, region: str) -> dict[str, str]:
    password = _password(username)
    if not User.objects.filter(username=username).exists():
        user = User(username=username, display_name=display_name)
        user.set_password(password)
        place_user(user, department=None, role=Role.SUPERVISOR, region=Region.objects.get(code=region))
    return {"username": username, "password": password, "role": Role.SUPERVISOR.value}


def _token(department: Department) -> str:
    clerk = User.objects.get(username="clerk")
    return issue_token(department=department, user=clerk, name="演示接口", on=today())[1]


def _sign_first_head() -> None:
    """Publish a tree head at once: nobody who tries the platform should have to wait for midnight."""
    sealing.seal_all()
    if not TreeHead.objects.exists():
        heads.sign_head()


def _load(departments) -> None:
    """Report the invented decisions the way a department would; what is there already stays as it is."""
    market, transport, *_ = departments
    if Batch.objects.filter(department=market).exists():
        return
    source = (market.name, market.uscc)
    files = [("XZXK", market, list(demo.permits(source, today())))]
    files += [("XZCF", transport, list(demo.penalties((transport.name, transport.uscc), today())))]
    files += [(code, market, rows) for code, rows in demo.others(source, today()).items()]
    for code, department, rows in files:
        batch = services.receive_batch(
            item=item_in_force(code, on=today()),
            department=department,
            source=Batch.Source.COMMAND,
            file_name=f"演示-{code}.csv",
            chunks=[demo.as_csv(rows)],
            actor=department.staff.get(role=Role.CLERK),
        )
        services.run_batch(batch.pk, today=today())


def _duties(departments) -> None:
    """What the invented departments have to report every month, since the start of the year."""
    market, transport, *_ = departments
    since = today().replace(month=1, day=1)
    for department, code in ((market, "XZXK"), (market, "XZCF"), (transport, "XZCF")):
        set_duty(department, code, cycle="month", since=since, source="演示：权责清单")


def _evaluate() -> None:
    """Places whose departments have reported, or not, so that the evaluation of places has something to say."""
    places = []
    for number, (code, name, region, stated) in enumerate(demo_evaluation.PLACES, start=FIRST_OF_PLACES):
        department = _department(number, code, name, region)
        places.append((department, _reporting_clerk(f"clerk-{region}", department), stated))
    demo_evaluation.load(places, today(), timezone.now())


def _coverage() -> None:
    """Invented numbers of inhabitants, so that shares can be seen, and the count of who is known."""
    for code, (adults, organisations) in demo.INHABITANTS.items():
        CoverageBase.objects.get_or_create(
            region_id=code,
            year=today().year - 1,
            defaults={"adults": adults, "organisations": organisations, "source": "演示数据，不是实际人口"},
        )
    services.count_coverage()


def _load_items() -> dict[str, str]:
    """A record of every other item, each entered by a department of the line that reports it.

    Returns how to sign in as the education department, which alone sees students' files.
    """
    sources = demo_items.sources()
    clerks = {line: _clerk(line, source) for line, source in sources.items()}
    known = set(Record.objects.values_list("item_code", flat=True).distinct())
    for item in demo_items.items():
        line = item["sources"][0]
        for values in [] if item["code"] in known else demo_items.records(item, sources[line], today()):
            services.register_record(
                item=item_in_force(item["code"], on=today()),
                department=clerks[line].department,
                values=values,
                actor=clerks[line],
                today=today(),
            )
    return {"username": "clerk-jyt", "password": _password("clerk-jyt"), "role": Role.CLERK.value}


def _clerk(line: str, source: demo_items.Source) -> User:
    """The clerk of a demonstration department. Only the one of education can sign in; the others only report."""
    place = Region.objects.get(code=demo_items.PLACE)
    department, _ = Department.objects.get_or_create(
        code=source.code,
        defaults={
            "name": source.name,
            "region": place,
            "parent": Department.objects.get(code=f"{place.code}-GOV"),
            "uscc": source.uscc,
            "source": "演示",
        },
    )
    username = f"clerk-{line.lower()}"
    return _reporting_clerk(username, department, password=_password(username) if line == "JYT" else None)


def _reporting_clerk(username: str, department: Department, *, password: str | None = None) -> User:
    """A clerk who reports; without a password nobody can sign in as them."""
    user = User.objects.filter(username=username).select_related("department").first()
    if user is None:
        user = User(username=username, display_name=f"经办人 演示{department.name.removeprefix('云南省演示')}")
        user.set_password(password)  # None: unusable
        place_user(user, department=department, role=Role.CLERK)
    return user


def _password(username: str) -> str:
    return f"ynxy-{username}-2026"
