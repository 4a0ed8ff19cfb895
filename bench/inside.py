"""What is measured, once the servers are up: a database as `make run` would make it, then one line a figure."""

import io
import os
import sys

import django
from django.core.management import call_command

django.setup()

from bench import audit, ingest, pages  # noqa: E402 - Django first
from deadlines.clock import today  # noqa: E402

ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
LINES = int(os.environ.get("BENCH_LINES", "200000"))
LEAST_SEALED, LONGEST_VERIFY = 20_000, 30  # lines a second; seconds for a million lines
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
    is_trail_fast = show_trail(audit.measure(LINES))
    return int(ratio < LEAST_RATIO or imported["peak_mb"] >= MOST_MEMORY_MB or not is_trail_fast)


def show_trail(rates: dict[str, float]) -> bool:
    """Print the figures of the trail beside their references; whether the goals are met."""
    million = 1_000_000 / rates["verified"]
    print(f"封存 {rates['lines']:.0f} 行：{rates['sealed']:.0f} 行/秒（目标不低于 {LEAST_SEALED}）")
    print(f"校验：{rates['verified']:.0f} 行/秒，即每百万行 {million:.0f} 秒（目标低于 {LONGEST_VERIFY}）")
    print(f"参照：只读出同样的行 {rates['read']:.0f} 行/秒，只算同样长的 SM3（OpenSSL）{rates['hashed']:.0f} 次/秒")
    print(
        f"单文件校验程序的 SM3：{rates['standalone']:.0f} 次/秒；没有 OpenSSL 时纯 Python "
        f"{rates['standalone_in_python']:.0f} 次/秒"
    )
    return rates["sealed"] >= LEAST_SEALED and million < LONGEST_VERIFY


sys.exit(main())
