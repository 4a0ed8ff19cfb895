"""What is measured, once the servers are up: a database as `make run` would make it, then one line a figure."""

import io
import os
import sys

import django
from django.core.management import call_command

django.setup()

from bench import ingest, pages  # noqa: E402 - Django first
from deadlines.clock import today  # noqa: E402

ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
LEAST_RATIO, MOST_MEMORY_MB = 0.3, 500


def main() -> int:
    """Print the figures; exit 1 when a goal is missed."""
    for command in ("migrate", "grant_roles", "seed"):
        call_command(command, stdout=io.StringIO())
    imported = ingest.measure_import(ROWS, today())
    copied = ingest.measure_copy(ROWS)
    ratio = imported["rows_per_second"] / copied["rows_per_second"]
    print(f"报送 {ROWS} 行 CSV（行政许可）：{imported['rows_per_second']:.0f} 行/秒，{imported['seconds']:.1f} 秒")
    print(f"同样的行直接 COPY 入同样的表：{copied['rows_per_second']:.0f} 行/秒，{copied['seconds']:.1f} 秒")
    print(f"比值 {ratio:.2f}（目标不低于 {LEAST_RATIO}）")
    print(f"内存峰值 {imported['peak_mb']:.0f} MB（目标低于 {MOST_MEMORY_MB} MB）")
    rates = pages.measure()
    print(
        f"主体页 {rates['page']:.0f} 次/秒，空页面 {rates['bare']:.0f} 次/秒，比值 {rates['page'] / rates['bare']:.2f}"
    )
    return int(ratio < LEAST_RATIO or imported["peak_mb"] >= MOST_MEMORY_MB)


sys.exit(main())
