"""What is measured, once the servers are up: a database as `make run` would make it, then one line a figure."""

import io
import os
import sys
import time
from importlib.util import find_spec
from statistics import median

import django
from django.conf import settings
from django.core.management import call_command

django.setup()

from bench import audit, checks, ingest, joint, pages, queue  # noqa: E402 - Django first
from deadlines.clock import today  # noqa: E402

if find_spec("import_export"):
    from bench import import_export_way
else:
    import_export_way = None  # type: ignore[assignment]

ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
LINES = int(os.environ.get("BENCH_LINES", "200000"))
MOST_CHECK_MS = 50
MOST_QUEUE_MS = 200
SUBJECTS = int(os.environ.get("BENCH_SUBJECTS", "10000"))
LONGEST_OPENING = 60  # seconds for a joint action of so many subjects
LEAST_SEALED, LONGEST_VERIFY = 20_000, 30  # lines a second; seconds for a million lines
STORED = int(os.environ.get("BENCH_STORED", "5000000"))
LARGE = int(os.environ.get("BENCH_LARGE", "999999"))  # and its header: a file of a million rows
FEW_STORED = min(100_000, STORED)
ROUNDS, SAMPLE = 3, int(os.environ.get("BENCH_SAMPLE", "3000"))
LEAST_OF_COPY, LEAST_OF_BULK_CREATE, LEAST_OF_IMPORT_EXPORT = 0.5, 2, 20
MOST_FALL, MOST_MEMORY_MB = 0.25, 500
began = time.monotonic()
missed = []


def say(text: str, is_met: bool = True) -> None:
    if not is_met:
        missed.append(text)
    print(f"[{time.monotonic() - began:5.0f} 秒] {text}{'' if is_met else '  ← 未达到'}", flush=True)


def main() -> int:
    """Print the figures; exit 1 when a goal is missed."""
    settings.UPLOAD_LIMIT_BYTES = 1 << 30
    for command in ("migrate", "grant_roles", "seed"):
        call_command(command, stdout=io.StringIO())
    bench = ingest.Bench(today())
    bench.warm_up()
    bench.store(FEW_STORED)
    before = bench.alone(ROWS // 4, ROUNDS)
    say(f"库中 {FEW_STORED:,} 条时报送：{ROWS // 4 / before[0]:,.0f} 行/秒")
    bench.store(STORED)
    say(f"已装入 {STORED:,} 条记录、{bench.known:,} 个主体")
    after = bench.alone(ROWS // 4, ROUNDS)
    wall, cpu = (1 - few / many for few, many in zip(before, after, strict=True))
    say(
        f"库中 {STORED:,} 条时报送：{ROWS // 4 / after[0]:,.0f} 行/秒，比前者慢 {wall:.0%}"
        f"（按处理器时间 {cpu:.0%}；目标低于 {MOST_FALL:.0%}）",
        wall < MOST_FALL,
    )
    taken = bench.compare(ROWS, ROUNDS)
    own = taken["import"]
    say(f"每次 {ROWS:,} 行，轮流 {ROUNDS} 次取中位数：报送 {ROWS / own[0]:,.0f} 行/秒")
    for name, label, least in (
        ("copy", "同样的行直接 COPY", LEAST_OF_COPY),
        ("bulk_create", "Django bulk_create", LEAST_OF_BULK_CREATE),
    ):
        wall, cpu = (theirs / ours for theirs, ours in zip(taken[name], own, strict=True))
        say(
            f"{label}：{ROWS / taken[name][0]:,.0f} 行/秒，报送是它的 {wall:.2f} 倍"
            f"（按处理器时间 {cpu:.2f} 倍；目标不低于 {least}）",
            wall >= least,
        )
    measure_import_export(bench, ROWS / own[0])
    if LARGE:
        peak, seconds = bench.peak_of(LARGE)
        say(
            f"{LARGE:,} 行的文件：{seconds:.0f} 秒，内存峰值 {peak:.0f} MB（目标低于 {MOST_MEMORY_MB} MB）",
            peak < MOST_MEMORY_MB,
        )
    page = pages.measure()
    say(f"主体页 {page['page']:.0f} 次/秒，空页面 {page['bare']:.0f} 次/秒，比值 {page['page'] / page['bare']:.2f}")
    show_checks(checks.measure(today()))
    queued = queue.measure(today())
    say(
        f"办件队列（{queue.CASES:,} 件在办）：中位 {queued['median']:.0f} 毫秒，最慢 {queued['slowest']:.0f} 毫秒"
        f"（目标中位低于 {MOST_QUEUE_MS}）",
        queued["median"] < MOST_QUEUE_MS,
    )
    action = joint.measure(SUBJECTS, today=today())
    say(
        f"联合奖惩：对 {SUBJECTS:,} 个主体按 {joint.MEASURES} 项措施下达 {action['tasks']:,} 件任务用 "
        f"{action['opened']:.1f} 秒（目标低于 {LONGEST_OPENING}）；同样的行直接 INSERT 用 {action['raw']:.1f} 秒",
        action["opened"] < LONGEST_OPENING,
    )
    is_trail_fast = show_trail(audit.measure(LINES))
    return int(bool(missed) or not is_trail_fast)


def show_checks(measured: checks.Measured) -> None:
    """Print latency and rate of the check beside their references."""
    p99 = median(measured.p99)
    say(
        f"核验（库中 {STORED:,} 条记录、{measured.entries:,} 条名单，每秒 {checks.RATE} 次）："
        f"中位 {median(measured.p50):.0f} 毫秒，p99 {p99:.0f} 毫秒（{len(measured.p99)} 段的中位数，"
        f"各段 {'、'.join(f'{each:.0f}' for each in sorted(measured.p99))}；目标低于 {MOST_CHECK_MS}）",
        p99 < MOST_CHECK_MS,
    )
    say(
        f"核验全速 {measured.full:.0f} 次/秒；pgbench 执行同样的 SQL {measured.pgbench:.0f} 次/秒，"
        f"比值 {measured.full / measured.pgbench:.2f}"
    )


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


def measure_import_export(bench: ingest.Bench, own: float) -> None:
    if import_export_way is None:
        say("没有安装 django-import-export，未测（pip install -r requirements/bench.txt）")
        return
    for way, label, least in (
        (import_export_way.Usual, "逐行校验、报告变化", LEAST_OF_IMPORT_EXPORT),
        (import_export_way.Bulk, "批量模式，不校验也不报告", 0),
    ):
        batch, _ = bench.import_rows(SAMPLE)
        peer = SAMPLE / import_export_way.import_rows(way, batch, list(bench.next_rows(SAMPLE)))
        goal = f"（目标不低于 {least}）" if least else ""
        say(
            f"django-import-export（{label}，{SAMPLE:,} 行）：{peer:,.0f} 行/秒，报送是它的 {own / peer:.0f} 倍{goal}",
            own / peer >= least,
        )


if __name__ == "__main__":
    sys.exit(main())
