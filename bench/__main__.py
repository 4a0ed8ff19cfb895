"""`make bench`: start servers of its own, measure, print ratios. BENCH_ROWS changes the size of the import."""

import os
import subprocess
import sys
import tempfile

STACK = [sys.executable, "-m", "credit_platform.stack", "exec", "--owner", "--"]

with tempfile.TemporaryDirectory(prefix="credit-platform-bench-") as data_dir:
    command = [*STACK, sys.executable, "-m", "bench.inside"]
    sys.exit(subprocess.run(command, env={**os.environ, "DATA_DIR": data_dir}, check=False).returncode)
