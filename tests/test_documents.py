"""The documents say what the code does: names, tables, variables, links and commands are compared with it.

`WRITE_DOCUMENTS=1 make test TESTS=tests/test_documents.py` writes the generated parts anew.
"""

import ast
import os
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import TextChoices

import catalogue.workflow
import records.workflow
import repair.workflow
import sanctions.workflow
from accounts.models import Role
from catalogue.workflow import EditionState
from catalogue.workflow import Standing as EditionStanding
from credit_platform.stack import options
from disclosure.search import REFUSALS as QUERIES
from exchange.workflow import DeliveryState, HandoverAction
from records.models import Standing as SubjectStanding
from records.models import Verification
from records.problems import PROBLEMS
from records.quality.policy import MEASURES
from records.quality.workflow import BulletinState
from records.reading.messages import FOLDERS, NOTES, REFUSALS
from records.remarks import REMARKS
from records.workflow import BatchState, CodeCaseState, MergeState, RecordState, SpecialQueryState

ROOT = Path(__file__).resolve().parents[1]
OURS = (
    "accounts",
    "audit",
    "catalogue",
    "deadlines",
    "disclosure",
    "evaluation",
    "exchange",
    "records",
    "repair",
    "sanctions",
)
GENERATED = re.compile(r"<!-- generated: ([a-z]+) -->\n(.*?)<!-- end -->", re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
MECHANISM = re.compile(r"^\| (F\S*) \|.*\| ([^|]*) \|$", re.MULTILINE)
VARIABLE = re.compile(r"^\| `([A-Z_]+)` \| ([^|]+) \|", re.MULTILINE)
# Each letter in brackets keeps this very file from being found.
REGISTRIES = re.compile(
    r"py[p]i\.org|pythonh[o]sted|npm[j]s|deb\.de[b]ian|crates\.i[o]|golang\.o[r]g|docker\.i[o]|ghcr\.i[o]"
)
MACHINE_PATHS = re.compile(r"(?<![\w.{}/])/(?:w[o]rk|r[o]ot|h[o]me)/[A-Za-z.]")


@cache
def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def files() -> list[str]:
    """Every file that is or could be committed."""
    listed = ["git", "ls-files", "-co", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [name for name in names if (ROOT / name).is_file()]


def documents() -> list[str]:
    return [name for name in files() if name.endswith(".md")]


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


Machines = Iterable[type[TextChoices]]
OF_RECORDS = (BatchState, RecordState, MergeState, CodeCaseState, SpecialQueryState, EditionState)
OF_CONSEQUENCES = (
    sanctions.workflow.ListingState,
    sanctions.workflow.MemorandumState,
    sanctions.workflow.TaskState,
    sanctions.workflow.DeliveryState,
    sanctions.workflow.CommitmentState,
    sanctions.workflow.MethodState,
    sanctions.workflow.PublicationState,
    sanctions.workflow.FinanceState,
)
OF_CASES = (repair.workflow.CaseState, repair.workflow.NoticeState)


def draw_states(machines: Machines, *tables: dict) -> str:
    """Every state machine, and why each way is there."""
    drawing = "```mermaid\nstateDiagram-v2\n"
    drawing += "".join(f"    {each.value}: {each.label} {each.value}\n" for machine in machines for each in machine)
    drawing += "".join(f"    [*] --> {next(iter(machine)).value}\n" for machine in machines)
    ways = [way for table in tables for way in table.items()]
    drawing += "".join(f"    {state} --> {following}: {action}\n" for (state, action), (following, _) in ways)
    rows = [(f"`{s}`", f"`{action}`", f"`{following}`", why) for (s, action), (following, why) in ways]
    return f"{drawing}```\n\n{table(('State', 'Action', 'Next', 'Because'), rows)}"


PARTS: dict[str, Callable[[], str]] = {
    "states": lambda: draw_states(OF_RECORDS, records.workflow.TRANSITIONS, catalogue.workflow.TRANSITIONS),
    "consequences": lambda: draw_states(OF_CONSEQUENCES, sanctions.workflow.TRANSITIONS),
    "cases": lambda: draw_states(OF_CASES, repair.workflow.TRANSITIONS),
    "queries": lambda: table(("代码", "说明"), ((f"`{code}`", words) for code, words in QUERIES.items())),
    "refusals": lambda: table(("代码", "说明"), ((f"`{code}`", words) for code, words in REFUSALS.items())),
    "folders": lambda: table(("代码", "说明"), ((f"`{code}`", words) for code, words in FOLDERS.items())),
    "remarks": lambda: table(("代码", "说明"), ((f"`{code}`", words) for code, words in (REMARKS | NOTES).items())),
    "returns": lambda: table(
        ("退回的原因", "怎样改", "代码"),
        ((reason, advice, f"`{code}`") for code, (reason, advice) in PROBLEMS.items()),
    ),
    "measures": lambda: table(
        ("项目", "公式", "计数"), ((measure.name, measure.formula, measure.counted) for measure in MEASURES)
    ),
    "problems": lambda: table(
        ("代码", "原因", "建议"), ((f"`{code}`", reason, advice) for code, (reason, advice) in PROBLEMS.items())
    ),
}


WITH_PARTS = ("docs/architecture.md", "docs/api.md", "docs/quality.md", "docs/bad-input.md")


@pytest.mark.parametrize("name", WITH_PARTS)
def test_generated_parts_are_in_step_with_the_code(name):
    now = GENERATED.sub(lambda found: f"<!-- generated: {found[1]} -->\n{PARTS[found[1]]()}<!-- end -->", text_of(name))
    if os.environ.get("WRITE_DOCUMENTS"):
        (ROOT / name).write_text(now, encoding="utf-8")
    assert now == (ROOT / name).read_text(encoding="utf-8")


def test_every_generated_part_stands_somewhere():
    named = [found[1] for name in WITH_PARTS for found in GENERATED.finditer(text_of(name))]
    assert sorted(named) == sorted(PARTS)


def test_glossary_names_every_model():
    models = {model.__name__ for app in OURS for model in apps.get_app_config(app).get_models()}
    models = {name for name in models if "_" not in name}  # tables in between have no name of ours
    defined = set(re.findall(r"^\| `(\w+)` \|", text_of("docs/glossary.md").split("## States")[0], re.MULTILINE))
    assert defined == models


@pytest.mark.parametrize(
    "choices",
    [
        BatchState,
        RecordState,
        BulletinState,
        MergeState,
        CodeCaseState,
        SubjectStanding,
        Verification,
        EditionState,
        EditionStanding,
        DeliveryState,
        HandoverAction,
        Role,
        *OF_CONSEQUENCES,
        *OF_CASES,
    ],
    ids=lambda choices: choices.__name__,
)
def test_glossary_translates_every_state_and_role(choices: type[TextChoices]):
    said = set(re.findall(r"^\| `(\w+)` \| (\S+) \|", text_of("docs/glossary.md"), re.MULTILINE))
    assert {(choice.value, choice.label) for choice in choices} <= said


def test_layers_of_the_architecture_are_those_that_are_enforced():
    contracts = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    enforced = re.findall(r"\w+", " ".join(next(c for c in contracts if c["type"] == "layers")["layers"]))
    rows = re.findall(
        r"^\| [`*]\(?(\w+)\)?[`*] \|", text_of("docs/architecture.md").split("Files of an app")[0], re.MULTILINE
    )
    assert rows == enforced


def variables_read() -> dict[str, str | None]:
    """What the settings ask the environment for, with the default as written; None where there is none."""
    found: dict[str, str | None] = {}
    for path in sorted((ROOT / "credit_platform" / "settings").glob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(call, ast.Call) and re.fullmatch(r"env(\.\w+)?", ast.unparse(call.func)) and call.args):
                continue
            assert isinstance(call.args[0], ast.Constant)
            default = next((ast.unparse(word.value) for word in call.keywords if word.arg == "default"), None)
            name = str(call.args[0].value)
            found[name] = default if default is not None else found.get(name)
    return found


def variables_said(section: str) -> dict[str, str]:
    body = text_of("docs/configuration.md").split(f"## {section}")[1].split("\n## ")[0]
    return {name: default.strip() for name, default in VARIABLE.findall(body)}


def test_every_setting_is_documented_with_its_default():
    said, read = variables_said("平台各进程"), variables_read()
    assert set(said) == {*read, "DJANGO_SETTINGS_MODULE"}
    assert {name for name, default in said.items() if default == "必填"} == {
        name for name, default in read.items() if default is None
    }
    for name, default in read.items():
        if default is not None and re.fullmatch(r"'[^']*'|[\d *]+", default):
            value = str(eval(default))  # a literal of our own settings
            assert said[name] == (f"`{value}`" if value else "空"), name


def test_every_option_of_a_start_is_documented():
    asked = set(re.findall(r'environment\.get\("([A-Z_]+)"', Path(options.__file__).read_text(encoding="utf-8")))
    servers = set(re.findall(r'environ\.get\("([A-Z_]+)"', text_of("credit_platform/stack/servers.py")))
    assert set(variables_said("启动")) == asked | servers
    assert variables_said("启动")["PROCESSES"] == f"`{','.join(options.PROCESSES)}`"


@pytest.mark.parametrize(
    "name", ["README.md", "README.zh-CN.md", *(f"docs/{part}.md" for part in ("architecture", "api"))]
)
def test_commands_of_the_documents_are_targets_of_make(name):
    targets = {
        word for line in re.findall(r"^([a-z ]+):(?!=)", text_of("Makefile"), re.MULTILINE) for word in line.split()
    }
    named = set(re.findall(r"(?:^|`)make ([a-z]+)\b", text_of(name), re.MULTILINE))
    assert named <= targets
    assert {"run", "test", "check"} <= named or not name.startswith("README")


def test_both_readmes_show_the_same_pictures_and_commands():
    def essence(name: str) -> list[str]:
        return re.findall(r"\]\((docs/[^)]+|LICENSE)\)|^((?:make|curl|\.venv)\S* \S+)", text_of(name), re.MULTILINE)

    assert essence("README.md") == essence("README.zh-CN.md")


def test_links_between_documents_lead_somewhere():
    broken = [
        f"{name} → {target}"
        for name in documents()
        for target in LINK.findall(text_of(name))
        if not target.startswith(("http", "#", "mailto:"))
        and not (ROOT / name).parent.joinpath(target.split("#")[0]).exists()
    ]
    assert broken == []


def test_pictures_are_small_and_all_are_shown():
    pictures = sorted((ROOT / "docs" / "pictures").glob("*.png"))
    assert {f"docs/pictures/{path.name}" for path in pictures} == set(
        re.findall(r"docs/pictures/\S+\.png", text_of("README.md"))
    )
    assert [path.name for path in pictures if path.stat().st_size > 150_000] == []


def test_every_mechanism_names_tests_that_exist():
    rows = MECHANISM.findall(text_of("docs/mechanisms.md"))
    assert rows
    assert [number for number, _ in rows if not re.fullmatch(r"F\d{3}", number)] == []
    assert sorted(number for number, _ in rows) == sorted({number for number, _ in rows})
    for number, cell in rows:
        named = re.findall(r"`([^`:]+)::(\w+)`", cell)
        assert named, number
        for path, test in named:
            assert re.search(rf"def {test}\(", text_of(path)), f"{number}: {path}::{test}"


def test_tests_named_in_other_documents_exist():
    for name in documents():
        for path, test in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text_of(name)):
            assert (ROOT / path).is_file(), f"{name}: {path}"
            assert not test or re.search(rf"def {test}\(", text_of(path)), f"{name}: {path}::{test}"


def test_changelog_tells_of_the_present_version():
    version = tomllib.loads(text_of("pyproject.toml"))["project"]["version"]
    assert f"\n## {version}" in text_of("CHANGELOG.md")


def test_no_file_names_a_package_registry_or_a_path_of_somebodys_machine():
    guilty = []
    for name in files():
        content = (ROOT / name).read_bytes()
        if b"\0" in content:
            continue
        text = content.decode("utf-8", errors="replace")
        guilty += [f"{name}: {found}" for found in (*REGISTRIES.findall(text), *MACHINE_PATHS.findall(text))]
    assert guilty == []


def test_every_decision_has_its_four_parts_and_its_own_number():
    decisions = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [path.name[:4] for path in decisions] == [f"{number:04d}" for number in range(1, len(decisions) + 1)]
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {path.name[:4]} "), path.name
        assert all(f"**{part}" in text for part in ("Context.", "Options", "Decision.", "Consequences.")), path.name
        assert len(text.splitlines()) <= 30, path.name
