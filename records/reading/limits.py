"""How much of a file we are willing to look at."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps checked before and while a file is read. Sizes in bytes, `seconds` for CPU and for waiting alike.

    The defaults come from measurements: CSV is the bulk format, Excel up to about 200,000 rows (above, reading one
    workbook needs more than `memory`). `cell_length` is counted in code points.
    """

    size: int = 100 * MIB
    unpacked: int = 400 * MIB
    ratio: int = 200
    entries: int = 2_000
    rows_text: int = 1_000_000
    rows_workbook: int = 200_000
    columns: int = 256
    cell_length: int = 10_000
    seconds: int = 120
    memory: int = 1024 * MIB
