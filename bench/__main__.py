"""`make bench`: start servers of its own, measure, print ratios. BENCH_ROWS changes the size of the import."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

STACK = [sys.executable, "-m", "credit_platform.stack", "exec", "--owner", "--"]

with tempfile.TemporaryDirectory(prefix="credit-platform-bench-") as data_dir:
    Path(data_dir).chmod(0o711)  # root runs PostgreSQL as another account, which else keeps its files elsewhere
    command = [*STACK, sys.executable, "-m", "bench.inside"]
    sys.exit(subprocess.run(command, env={**os.environ, "DATA_DIR": data_dir}, check=False).returncode)
