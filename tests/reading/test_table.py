"""The reading process: what crosses the pipe, what it may know and use, and how this side survives its death."""

import os
import signal
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import pytest

from records.reading import Date, FileRefused, Limits, Number, find_header, open_table
from records.reading.cleaning import clean_text
from records.reading.rows import column_letter, number_text
from tests.corpus import CASES, COLUMNS, TITLES, good_rows, table
from tests.corpus.texts import csv_text

ROOT = Path(__file__).resolve().parents[2]
BUILD = {case.name: case.build for case in CASES}


def rows_of(name: str, folder: Path) -> dict[int, list[str]]:
    path = folder / name
    path.write_bytes(BUILD[name]())
    with open_table(path, columns=COLUMNS) as opened:
        return {row.row_no: list(row.cells) for row in opened.rows(find_header(opened.preamble, COLUMNS))}


@pytest.fixture
def large(tmp_path) -> Path:
    path = tmp_path / "large.csv"
    path.write_text(csv_text(table(20_000)), encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize(
    "name", ["plain.xlsx", "shared_strings.xlsx", "utf8.csv", "gb18030.csv", "tabs.txt", "prefixed.xlsx"]
)
def test_every_format_gives_the_same_cells(name, tmp_path):
    assert list(rows_of(name, tmp_path).values()) == good_rows(5)


def test_rare_names_arrive_whole(tmp_path):
    names = [cells[0] for cells in rows_of("gb18030_rare_names.csv", tmp_path).values()]
    assert names == [
        "示例䶮茶业有限公司",
        "示例㛃花卉有限公司",
        "示例𫖯物流有限公司",
        "示例𬭩建筑有限公司",
        "示例𤩽餐饮有限公司",
    ]


def test_row_number_is_the_one_excel_shows(tmp_path):
    assert list(rows_of("header_in_line_5.csv", tmp_path)) == [6, 7, 8, 9, 10]
    assert list(rows_of("line_break_in_cell.csv", tmp_path)) == [2, 3, 4, 5, 6]
    assert list(rows_of("example_row.csv", tmp_path)) == [3, 4, 5, 6, 7]


def test_table_may_stand_anywhere_on_the_sheet(tmp_path):
    rows = rows_of("in_the_middle.xlsx", tmp_path)
    assert list(rows) == [5, 7, 8, 9, 10]
    assert [cells[2:] for cells in rows.values()] == good_rows(5)


def test_removed_characters_are_said(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(BUILD["zero_width.csv"]())
    with open_table(path) as opened:
        list(opened.rows())
        text = opened.notes[0].text
    assert text == "有 1 行去除了看不见的字符（U+200B、U+202E、U+00AD、U+FE0F）：第 3 行。"


def test_number_in_an_identifier_column_is_recognisable(tmp_path):
    """Excel has already damaged it: the last digits are gone, and it may still pass its check digit."""
    cells = rows_of("number_as_identifier.xlsx", tmp_path)[3]
    assert isinstance(cells[2], Number) and cells[2] == "530102199003071232"
    assert [type(cell) for i, cell in enumerate(cells) if i != 2] == [str] * (len(TITLES) - 1)


def test_date_cell_arrives_as_iso_text_and_is_no_identifier_either(tmp_path):
    cell = rows_of("date_cells.xlsx", tmp_path)[3][19]
    assert isinstance(cell, Date) and isinstance(cell, Number) and cell == "2026-11-01"


def test_failed_formula_shows_its_error(tmp_path):
    cell = rows_of("failed_formula.xlsx", tmp_path)[3][27]
    assert (cell, clean_text(cell)[1]) == ("#N/A", "error_value")


def test_cell_that_looks_like_a_formula_is_only_text(tmp_path):
    assert rows_of("formulas_as_text.csv", tmp_path)[3][27] == '=HYPERLINK("http://example.invalid")'


def test_nul_reaches_the_cleaning_and_is_refused_there(tmp_path):
    assert clean_text(rows_of("nul_in_cell.csv", tmp_path)[3][18]) == ("", "control_character")


def test_undecodable_bytes_are_shown_as_such(tmp_path):
    assert "\ufffd" in rows_of("damaged_utf8.csv", tmp_path)[4][27]


def test_rows_total_counts_the_header_and_is_known_at_the_end(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(csv_text(table(5)), encoding="utf-8", newline="")
    with open_table(path) as opened:
        assert opened.rows_total is None
        assert len(list(opened.rows())) == opened.rows_total == 6


def test_table_is_read_once(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(csv_text(table(5)), encoding="utf-8", newline="")
    with open_table(path) as opened:
        list(opened.rows())
        with pytest.raises(RuntimeError):
            list(opened.rows())


def test_memory_of_this_process_does_not_grow_with_the_file(large):
    with open_table(large) as opened:
        rows = opened.rows()
        next(rows)
        tracemalloc.start()
        count = sum(1 for _ in rows)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert count == 20_000
    assert peak < 4 << 20


def test_reading_process_knows_no_secret(large, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "canary-8361")
    with open_table(large) as opened:
        environment = Path(f"/proc/{opened._process.pid}/environ").read_bytes()
        command = Path(f"/proc/{opened._process.pid}/cmdline").read_bytes()
    assert b"LC_ALL" in environment and b"canary" not in environment
    assert str(large).encode() not in command


def test_reading_process_is_limited(large):
    with open_table(large, limits=Limits(memory=512 << 20, seconds=30)) as opened:
        limits = Path(f"/proc/{opened._process.pid}/limits").read_text()
    found = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()[1:]}
    assert found["Max address space"] == str(512 << 20)
    assert found["Max cpu time"] == "30"
    assert found["Max file size"] == found["Max core file size"] == found["Max processes"] == "0"


def test_reading_process_never_loads_django():
    code = "import sys; import records.reading.child; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, "reader_crashed"), (signal.SIGKILL, "too_much_memory"), (signal.SIGXCPU, "took_too_long")],
)
def test_death_of_the_reading_process_becomes_a_refusal(large, number, code):
    with open_table(large) as opened:
        rows = opened.rows()
        next(rows)
        os.kill(opened._process.pid, number)
        with pytest.raises(FileRefused) as caught:
            list(rows)
    assert caught.value.code == code


def test_reading_process_that_falls_silent_is_stopped(large):
    with open_table(large) as opened:
        os.kill(opened._process.pid, signal.SIGSTOP)
        opened._waited = Limits().seconds - 0.5
        with pytest.raises(FileRefused) as caught:
            list(opened.rows())
    assert caught.value.code == "took_too_long"
    assert opened._process.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    "said", [b"", b"{", b"7", b'{"refused":"no such code","detail":{}}', b'{"refused":1}', b"[" * 10**5]
)
def test_nonsense_from_the_reading_process_becomes_a_refusal(large, said):
    with open_table(large) as opened:
        opened._pending = said + b"\n"
        with pytest.raises(FileRefused) as caught:
            list(opened.rows())
    assert caught.value.code == "reader_crashed"


def test_slow_consumer_is_no_fault_of_the_file(large):
    """Only the time spent waiting for the reading process counts."""
    started = time.monotonic()
    with open_table(large) as opened:
        rows = opened.rows()
        next(rows)
        time.sleep(0.5)
        assert sum(1 for _ in rows) == 20_000
    assert opened._waited < time.monotonic() - started - 0.5


def test_leaving_early_ends_the_reading_process(large):
    with open_table(large) as opened:
        next(opened.rows())
    assert opened._process.returncode is not None


def test_only_regular_files_are_read(tmp_path):
    """A pipe nobody writes to would hold us for ever."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path, Path("/dev/null")):
        with pytest.raises(ValueError):
            open_table(path)


@pytest.mark.parametrize(
    ("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")]
)
def test_columns_are_named_as_excel_does(index, letters):
    assert column_letter(index) == letters


@pytest.mark.parametrize(
    ("value", "text"),
    [(12.0, "12"), (0.1, "0.1"), (1.5e-7, "0.00000015"), (5.301021990030712e17, "530102199003071232"), (-3.0, "-3")],
)
def test_number_is_written_without_exponent(value, text):
    assert number_text(value) == text
