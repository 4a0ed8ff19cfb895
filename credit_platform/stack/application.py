"""The platform on top of its servers: the data prepared by `manage.py`, then web, worker, beat and the stubs."""

import http.client
import json
import sys
import time
from collections.abc import Mapping
from functools import partial

from credit_platform.stack import environment, ports, preparedness, processes, summary
from credit_platform.stack.faults import StackError
from credit_platform.stack.options import CHECKOUT, PROCESSES, Options
from credit_platform.stack.processes import Service
from credit_platform.stack.supervisor import Supervisor, tail

WEB_WORKERS, WEB_THREADS = 2, 4
# A web worker told to stop while it is still starting does not hear it; its parent would wait for it for ever.
WEB_STOP_SECONDS = 8
WORKER_CONCURRENCY = 2
QUEUES = "batches,national,evidence,celery"  # all of credit_platform/celery.py, and the default one
PORT_SECONDS = 1  # a killed predecessor may still be letting go of its port
WEB_SECONDS = 60  # how long the web server may take to answer at all
HEALTHY_SECONDS = 10  # how long we then wait for worker and beat to report before we say who is missing


def require_free_ports(options: Options) -> None:
    """Raise `port_taken` before anything is started that could not be reached."""
    wanted = {"web": (options.port, options.host), "stub": (options.stub_port, ports.HOST)}
    wanted["identity"] = (options.identity_port, ports.HOST)
    for port, host in [wanted[name] for name in options.processes if name in wanted]:
        if not processes.wait_until(partial(ports.is_free, port, host), seconds=PORT_SECONDS):
            raise StackError(
                "port_taken",
                f"端口 {port} 已被占用。请用 PORT= 指定别的端口，例如 make run PORT={options.port + 100}。",
            )


def prepare(supervisor: Supervisor, options: Options, owner: Mapping[str, str]) -> None:
    """Bring tables, roles, catalogue and, if wanted, demo data up to date; each command may run any number of times."""
    demo_file = options.data_dir / "demo.json"
    if demo_file.exists() and not options.demo:
        demo_file.unlink()
        print("  此数据目录里已有以前装入的演示数据；要全新的平台，请换一个 DATA_DIR。")
    mark = preparedness.mark(options, CHECKOUT)
    if preparedness.stored(owner["DATABASE_URL"]) == mark and demo_file.exists() == options.demo:
        return
    steps = [("数据表", ["migrate", "--noinput"]), ("数据库角色", ["grant_roles"]), ("目录、区划与部门", ["seed"])]
    if options.demo:
        steps.append(("演示数据", ["demo", "--url", options.url, "--stub-url", options.stub_url]))
    for what, arguments in steps:
        with summary.step(what):
            command = [sys.executable, "manage.py", *arguments]
            supervisor.run(arguments[0], command, environment.complete(owner), CHECKOUT)
    preparedness.store(owner["DATABASE_URL"], mark)


def start(supervisor: Supervisor, options: Options, settings: Mapping[str, str]) -> list[str]:
    """Start the platform's processes; return the parts that /healthz does not call ok yet."""
    with summary.step("平台各进程"):
        for name in options.processes:
            supervisor.start(service(name, options, settings))
        if "web" in options.processes:
            _wait_for_web(supervisor, options)
    if options.processes == PROCESSES:
        processes.wait_until(lambda: health(options) == [], seconds=HEALTHY_SECONDS, pause=0.2)
        return health(options) or []
    return []


def command_line(name: str, options: Options) -> list[str]:
    """Return the command line of one of `options.PROCESSES`."""
    match name:
        case "web":
            words = ["granian", "--interface", "wsgi", "--host", options.host, "--port", str(options.port), "--no-ws"]
            words += ["--workers", str(WEB_WORKERS), "--blocking-threads", str(WEB_THREADS), "--respawn-failed-workers"]
            words += ["--workers-kill-timeout", str(WEB_STOP_SECONDS), "credit_platform.wsgi:application"]
        case "worker":
            words = ["celery", "-A", "credit_platform", "worker", "--queues", QUEUES]
            words += ["--concurrency", str(WORKER_CONCURRENCY), "--loglevel", "INFO"]
            words += ["--without-gossip", "--without-mingle"]
        case "beat":  # without a pid file: one left by a kill would keep the next beat from starting
            words = ["celery", "-A", "credit_platform", "beat", "--loglevel", "WARNING", "--pidfile", ""]
            words += ["--schedule", str(options.data_dir / "beat-schedule")]
        case "stub":
            words = ["exchange.stub", "--port", str(options.stub_port), "--data-dir", str(options.data_dir / "stub")]
        case "identity":
            words = ["repair.stub", "--port", str(options.identity_port), "--client-id", environment.CLIENT_ID]
            words += ["--redirect-uri", f"{options.url}my/callback/"]
            words += ["--accounts", str(options.data_dir / "identities.json")]
        case _:
            raise ValueError(name)
    return [sys.executable, "-m", *words]


def service(name: str, options: Options, settings: Mapping[str, str]) -> Service:
    """Return one of the platform's processes, ready to start under the database role it works in."""
    role = environment.OFFICE if name == "web" else environment.WORKER
    return Service(
        name=name,
        command=command_line(name, options),
        environment=environment.complete({**settings, "DATABASE_ROLE": role}),
        port={"web": options.port, "stub": options.stub_port, "identity": options.identity_port}.get(name),
        folder=CHECKOUT,
    )


def health(options: Options) -> list[str] | None:
    """Return the parts that /healthz does not call ok; None when the web server does not answer."""
    connection = http.client.HTTPConnection("127.0.0.1" if options.host == "0.0.0.0" else options.host, options.port)
    try:
        connection.request("GET", "/healthz")
        parts = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return [name for name, state in parts.items() if name != "status" and state != "ok"]


def _wait_for_web(supervisor: Supervisor, options: Options) -> None:
    end = time.monotonic() + WEB_SECONDS
    while health(options) is None:
        if time.monotonic() > end or supervisor.children["web"].crashes:
            log = supervisor.log("web")
            raise StackError("web_not_ready", f"网页服务没有就绪，日志 {log} 的末尾是：\n{tail(log)}")
        supervisor.tend()
        time.sleep(0.1)
