"""The servers behind the platform: started here, unless DATABASE_URL or REDIS_URL name some that run already."""

import os
from dataclasses import dataclass

from credit_platform.stack import broker, environment, keys, ports, postgres
from credit_platform.stack.faults import StackError
from credit_platform.stack.options import Options
from credit_platform.stack.supervisor import Supervisor, tail

DATABASE = "credit"


@dataclass(frozen=True, repr=False)
class Settings:
    """Two environments for Django: of the database's owner (migrations, seeds) and of the platform's processes."""

    owner: dict[str, str]
    application: dict[str, str]


def start(supervisor: Supervisor, options: Options) -> Settings:
    """Start what is missing, wait until it answers, and return the settings to reach it with.

    On a database of your own the login of DATABASE_URL serves for both; DATABASE_ROLE then narrows what it may do.
    """
    own = keys.keep(options.data_dir)
    port = ports.keep(options.data_dir, ("postgres", "broker"))
    owner_url = app_url = os.environ.get("DATABASE_URL", "")
    broker_url = os.environ.get("REDIS_URL", "")
    if not broker_url:
        broker_url = _start_broker(supervisor, broker.prepare(options.data_dir, port["broker"], own.broker_password))
    if not owner_url:
        server = postgres.prepare(options.data_dir, port["postgres"], own.database_password, instance=own.instance)
        _start_postgres(supervisor, server)
        owner_url = server.url(DATABASE)
        app_url = server.url(DATABASE, environment.APP_LOGIN, own.app_database_password)
    else:
        postgres.require_chinese_search(owner_url)
    broker.wait_until_ready(broker_url)
    application = environment.platform_settings(options, own, database_url=app_url, broker_url=broker_url)
    owner = {**application, "DATABASE_URL": owner_url, "DATABASE_ROLE": ""}
    if owner_url != app_url:
        owner["APP_DATABASE_PASSWORD"] = own.app_database_password
    return Settings(owner, application)


def _start_broker(supervisor: Supervisor, server: broker.Broker) -> str:
    supervisor.start(server.service())
    return server.url()


def _start_postgres(supervisor: Supervisor, server: postgres.Postgres) -> None:
    """Start PostgreSQL, again if need be: the backends of a killed one may hold its memory for a moment."""
    supervisor.start(server.service())
    if not postgres.wait_until_ready(server, meanwhile=supervisor.tend):
        log = supervisor.log("postgres")
        raise StackError("postgres_not_ready", f"数据库没有就绪，日志 {log} 的末尾是：\n{tail(log)}")
    postgres.ensure_database(server, DATABASE)
