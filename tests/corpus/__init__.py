"""Hostile and broken files, each built in a few lines, each with the outcome we demand.

`CASES` is the corpus of the reliability notes: what a department sends by mistake and what somebody sends on purpose.
`write_corpus(folder)` puts them all into a folder. Good rows are real-shaped permits of invented organisations.
"""

from pathlib import Path

from tests.corpus import containers, texts, workbooks
from tests.corpus.case import CODES, COLUMNS, TITLES, Case, good_rows, table

CASES: list[Case] = [*texts.CASES, *containers.CASES, *workbooks.CASES]

__all__ = ["CASES", "CODES", "COLUMNS", "TITLES", "Case", "good_rows", "table", "write_corpus"]


def write_corpus(folder: Path) -> dict[str, Path]:
    """Write every file of the corpus; paths by case name."""
    paths = {case.name: folder / case.name for case in CASES}
    for case in CASES:
        paths[case.name].write_bytes(case.build())
    return paths
