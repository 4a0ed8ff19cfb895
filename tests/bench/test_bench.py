"""`make bench` in its shortest form: every figure is taken, whatever it is on a busy machine."""

import subprocess
import sys

from credit_platform.stack.options import CHECKOUT
from tests.running import clean_environment


def test_bench_runs_to_its_end():
    sizes = {"ROWS": 400, "STORED": 2000, "LARGE": 400, "SAMPLE": 50, "SUBJECTS": 20, "LINES": 2000, "SECONDS": 1}
    short = {f"BENCH_{name}": str(size) for name, size in sizes.items()}
    done = subprocess.run(
        [sys.executable, "-m", "bench"],
        cwd=CHECKOUT, env=clean_environment(**short), capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    figures = ("库中 2,000 条时报送", "直接 COPY", "bulk_create", "django-import-export", "内存峰值", "主体页")
    for figure in (*figures, "核验全速", "联合奖惩", "封存", "办件队列"):
        assert figure in done.stdout, done.stdout + done.stderr
