"""The headless browser the journeys run in, and a font that has Chinese letters; `make test` sets both up.

Debian's own packages for root, the browser package's installer elsewhere.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
DEBIAN_PACKAGES = ("chromium", "fonts-noto-cjk")


def executable() -> str | None:
    """Return the system's browser for playwright's `executable_path`; None means playwright's own."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def has_browser() -> bool:
    if executable():
        return True
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def has_chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    fonts = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, check=False)
    return bool(fonts.stdout.strip())


def install() -> None:
    """Install what is missing; `main` looks afterwards whether that succeeded."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-q"], env=quiet, check=False)
        packages = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *DEBIAN_PACKAGES]
        subprocess.run(packages, env=quiet, check=False)
    elif not has_browser():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> int:
    """Set up browser and font; return 1 with a sentence when one of them cannot be had."""
    if not (has_browser() and has_chinese_font()):
        install()
    if not has_browser():
        print("没有可用的浏览器：请安装 chromium。", file=sys.stderr)
        return 1
    if not has_chinese_font():
        print("没有中文字体：请安装 fonts-noto-cjk 或其他中文字体。", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
