"""Every file of the corpus has the outcome demanded of it, and this process survives them all."""

from collections import Counter

import pytest

from records.reading import FileRefused, RawRow, find_header, open_table
from records.reading.messages import REFUSALS
from tests.corpus import CASES, COLUMNS, Case

REFUSED = [case for case in CASES if case.refused]
READ = [case for case in CASES if not case.refused]


def read(case: Case, folder) -> tuple[list[RawRow], set[str], int]:
    path = folder / case.name
    path.write_bytes(case.build())
    with open_table(path, kind_hint=case.kind_hint, columns=COLUMNS, limits=case.limits) as table:
        header = find_header(table.preamble, COLUMNS)
        rows = list(table.rows(header))
        assert table.rows_yielded == len(rows)
        return rows, {note.code for note in (*table.notes, *header.notes)}, table.rows_total


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_file_is_refused_with_one_sentence_that_says_what_to_do(case, tmp_path):
    with pytest.raises(FileRefused) as caught:
        read(case, tmp_path)
    assert caught.value.code == case.refused, caught.value.detail
    assert "请" in caught.value.reason and caught.value.reason.endswith("。")


@pytest.mark.parametrize("case", READ, ids=lambda case: case.name)
def test_file_is_read_and_a_bad_row_stops_no_good_one(case, tmp_path):
    rows, notes, total = read(case, tmp_path)
    assert len(rows) == case.rows
    assert {row.row_no: row.problem for row in rows if row.problem} == case.problems
    assert notes == set(case.notes)
    assert total >= len(rows)


def test_every_case_has_its_own_name():
    assert [name for name, times in Counter(case.name for case in CASES).items() if times > 1] == []


def test_every_refusal_of_the_reader_is_provoked_by_some_file():
    """But one: a fault of the reader's own, which no file should bring about."""
    assert {case.refused for case in REFUSED} == REFUSALS.keys() - {"reader_crashed"}
