"""The largest workbook that is taken in: 200,000 rows of 15 columns, within the reading process's own memory limit."""

import pytest

from records.reading import Limits, open_table
from tests.corpus.workbooks import one_sheet

ROWS, COLUMNS = 200_000, 15


def sheet() -> bytes:
    """Every cell a different text, written into the cell, which is what takes the most memory."""
    cells = [f'<c t="inlineStr"><is><t>示例内容第{column}列%d行的文字</t></is></c>' for column in range(COLUMNS)]
    line = f"<row>{''.join(cells)}</row>"
    return one_sheet("".join(line % ((number,) * COLUMNS) for number in range(ROWS)))


@pytest.mark.long
def test_largest_workbook_is_read_within_the_limit(tmp_path):
    path = tmp_path / "large.xlsx"
    path.write_bytes(sheet())
    with open_table(path, limits=Limits(seconds=600)) as table:
        assert sum(1 for _ in table.rows()) == ROWS
