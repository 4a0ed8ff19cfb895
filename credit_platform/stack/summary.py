"""What the person at the terminal is told. Quiet: one line a step, then where to go and how to sign in."""

import json
import time
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from credit_platform.stack.options import Options

# As in accounts.models.Role, which only Django can read.
ROLES = {
    "clerk": "经办人",
    "lead": "部门负责人",
    "reviewer": "审核员",
    "supervisor": "监督员",
    "auditor": "审计员",
    "administrator": "系统管理员",
}


@contextmanager
def step(what: str) -> Iterator[None]:
    """Print `what` and, when it is done, how many seconds it took."""
    start = time.monotonic()
    print(f"  {pad(what, 24)}", end="", flush=True)
    try:
        yield
    except BaseException:
        print("未完成")
        raise
    print(f"{time.monotonic() - start:5.1f} 秒")


def show(options: Options, not_ready: Sequence[str]) -> None:
    """Print the addresses and, with demo data, the logins and the token of DATA_DIR/demo.json."""
    demo_file = options.data_dir / "demo.json"
    blocks = [addresses(options)]
    if options.demo and demo_file.exists():
        blocks.append(demo(demo_file))
    blocks.append([("数据目录", str(options.data_dir)), ("日志", str(options.data_dir / "logs"))])
    if options.today:
        blocks.append([("预演日期", f"{options.today.isoformat()}（平台以此为今天）")])
    if not_ready:
        blocks.append([("尚未就绪", "、".join(not_ready))])
    for block in blocks:
        print()
        for label, value in block:
            print(f"  {pad(label, 16)}{value}")
    print("\n  按 Ctrl-C 停止；数据会保留。", flush=True)


def addresses(options: Options) -> list[tuple[str, str]]:
    """Return where each part of the platform answers."""
    rows = [
        ("门户", options.url),
        ("当事人办理", f"{options.url}my/"),
        ("部门办公", f"{options.url}office/"),
        ("审核与管理", f"{options.url}admin/"),
        ("接口文档", f"{options.url}api/v1/schema/"),
    ]
    return [
        *(rows if "web" in options.processes else []),
        *([("国家平台模拟", options.stub_url)] if "stub" in options.processes else []),
        *([("身份认证模拟", f"{options.identity_url}/")] if "identity" in options.processes else []),
    ]


def demo(path: Path) -> list[tuple[str, str]]:
    """Return the demo logins and the demo token."""
    contents = json.loads(path.read_text())
    width = max(len(user["username"]) for user in contents["users"])
    rows = [(ROLES[user["role"]], f"{user['username']:<{width}}  {user['password']}") for user in contents["users"]]
    return [("演示账号", "登录名与密码"), *rows, ("演示接口令牌", contents["token"])]


def pad(text: str, columns: int) -> str:
    """Fill `text` with blanks to `columns` of the terminal, where a Chinese letter takes two."""
    taken = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    return text + " " * max(1, columns - taken)
