"""The sample files: read with the catalogue's own columns, right in every check digit, always the same bytes."""

from pathlib import Path

import pytest
import yaml
from stdnum.cn import ric, uscc

from catalogue import reading
from records.reading import Column, find_header, open_table
from records.reading.cleaning import clean_text, fold_identifier
from samples.make_samples import make_all, make_items

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = {
    "permits_merged.xlsx": ("permit", 40),
    "permits_with_errors.xlsx": ("permit", 14),
    "penalties_merged_utf8.csv": ("penalty", 19),
    "permits_2018_organisations_gb18030.csv": ("permit", 20),
    "permits_2018_persons_utf8.csv": ("permit", 12),
}


ITEMS = {item["code"]: item["fields"] for item in reading.items()}


def columns_of(item: str) -> list[Column]:
    return columns(yaml.safe_load((ROOT / f"catalogue/data/items/{item}.yaml").read_text(encoding="utf-8"))["fields"])


def columns(fields: list[dict]) -> list[Column]:
    return [
        Column(
            f["code"], (f["name"], *f.get("aliases", ())), f.get("required") == "Y" and f.get("role") != "subject_kind"
        )
        for f in fields
    ]


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_is_read_with_the_columns_of_the_catalogue(name):
    item, count = SAMPLES[name]
    columns = columns_of(item)
    with open_table(ROOT / "samples" / name, columns=columns) as table:
        header = find_header(table.preamble, columns)
        rows = list(table.rows(header))
    assert len(rows) == count
    assert header.ignored == () and not any(row.problem for row in rows)


def test_identifiers_in_the_samples_pass_their_check_digits():
    columns = columns_of("permit")
    for name, code, check in (
        ("permits_merged.xlsx", "XK_XDR_SHXYM", uscc.is_valid),
        ("permits_2018_organisations_gb18030.csv", "XK_LYDWDM", uscc.is_valid),
        ("permits_2018_persons_utf8.csv", "XK_XDR_ZJHM", ric.is_valid),
    ):
        with open_table(ROOT / "samples" / name, columns=columns) as table:
            header = find_header(table.preamble, columns)
            values = [fold_identifier(clean_text(row.cells[header.indexes[code]])[0]) for row in table.rows(header)]
        assert values and all(check(value) for value in values)


def test_sample_files_are_what_their_script_makes():
    assert set(make_all()) == set(SAMPLES)
    for name, content in make_all().items():
        assert (ROOT / "samples" / name).read_bytes() == content, "run samples/make_samples.py"


def test_every_item_has_a_sample():
    made = {name.removeprefix("items/").removesuffix(".csv") for name in make_items()}
    assert made | {"XZXK", "XZCF", "ZRRY"} == set(ITEMS)  # the first two above, the last comes with its source
    for name, content in make_items().items():
        assert (ROOT / "samples" / name).read_bytes() == content, "run samples/make_samples.py"


@pytest.mark.parametrize("code", [name.removeprefix("items/").removesuffix(".csv") for name in make_items()])
def test_a_sample_has_the_columns_of_its_item(code):
    found = columns(ITEMS[code])
    with open_table(ROOT / f"samples/items/{code}.csv", columns=found) as table:
        header = find_header(table.preamble, found)
        rows = list(table.rows(header))
    assert header.ignored == () and set(header.indexes) == {column.code for column in found}
    assert rows and not any(row.problem for row in rows)
