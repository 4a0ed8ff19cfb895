"""`python -m credit_platform.stack run` and `… exec -- COMMAND`; both take their options from the environment."""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace

from credit_platform.stack import application, environment, options, processes, servers, summary
from credit_platform.stack.faults import Interrupted, StackError
from credit_platform.stack.options import Options
from credit_platform.stack.supervisor import Supervisor


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; return the exit code."""
    sys.stdout.reconfigure(encoding="utf-8", line_buffering=True)  # type: ignore[union-attr]
    parsed = _parser().parse_args(arguments)
    try:
        chosen = options.read(os.environ)
        if parsed.action == "exec":
            return execute(chosen, parsed.command, owner=parsed.owner)
        if parsed.with_parent:
            processes.die_with_parent(signal.SIGTERM)()
        return run(chosen)
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


def run(chosen: Options) -> int:
    """Start everything, say where it is, and look after it until Ctrl-C."""
    print("信用云南  正在启动\n")
    try:
        with Supervisor(chosen.data_dir) as supervisor:
            application.require_free_ports(chosen)
            with summary.step("数据库与消息服务"):
                settings = servers.start(supervisor, chosen)
            application.prepare(supervisor, chosen, settings.owner)
            with environment.published(chosen.data_dir, settings.application, settings.owner):
                not_ready = application.start(supervisor, chosen, settings.application)
                summary.show(chosen, not_ready)
                supervisor.watch()
    except Interrupted:
        print("\n  平台已停止。")
    return 0


def execute(chosen: Options, command: Sequence[str], *, owner: bool) -> int:
    """Run `command` with the servers up: those of the running stack, or our own for as long as it takes."""
    try:
        with Supervisor(chosen.data_dir) as supervisor:
            settings = servers.start(supervisor, chosen)
            if owner:
                return run_in_foreground(command, settings.owner)
            as_it_is = replace(chosen, demo=(chosen.data_dir / "demo.json").exists())  # a command never adds demo data
            application.prepare(supervisor, as_it_is, settings.owner)
            return run_in_foreground(command, settings.application)
    except StackError as error:
        running = environment.of_running_stack(chosen.data_dir, owner=owner)
        if error.code != "already_running" or not running:
            raise
        return run_in_foreground(command, running)
    except Interrupted:
        return 128 + signal.SIGINT


def run_in_foreground(command: Sequence[str], settings: Mapping[str, str]) -> int:
    """Run `command` at the caller's terminal and return its exit code."""
    process = subprocess.Popen(
        command, env=environment.complete(settings), preexec_fn=processes.die_with_parent(signal.SIGTERM)
    )
    try:
        return process.wait()
    finally:
        processes.stop(process, signal.SIGTERM, grace=10)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="credit_platform.stack", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    starting = actions.add_parser("run", help="启动整个平台，直到 Ctrl-C")
    starting.add_argument("--with-parent", action="store_true", help="启动它的进程结束时一并停止")
    executing = actions.add_parser("exec", help="在数据库与消息服务就绪时执行一条命令")
    executing.add_argument("--owner", action="store_true", help="以数据库所有者的身份执行，不先更新数据表")
    executing.add_argument("command", nargs="+", help="写在 -- 之后")
    return parser


if __name__ == "__main__":
    sys.exit(main())
