"""Has this database been prepared by this very code? Then a second start need not ask Django, which takes seconds.

The mark is the comment on the database: it lives, is copied and is lost together with what it speaks of.
"""

import hashlib
from pathlib import Path

import psycopg
from psycopg import sql

from credit_platform.stack.options import Options

WHAT_PREPARATION_READS = {".py", ".sql", ".yaml", ".csv"}


def mark(options: Options, checkout: Path) -> str:
    """Return a digest of the platform's code and data and of the options that preparation depends on.

    Not of the day: a new one comes every midnight, and what it brings is the worker's to carry out.
    """
    digest = hashlib.sha256(repr((options.url, options.stub_url, options.demo)).encode())
    packages = [folder for folder in checkout.iterdir() if (folder / "__init__.py").exists()]
    for path in sorted(path for package in packages for path in package.rglob("*")):
        if path.suffix in WHAT_PREPARATION_READS:
            digest.update(str(path.relative_to(checkout)).encode() + b"\0" + path.read_bytes() + b"\0")
    return f"prepared {digest.hexdigest()}"


def stored(database_url: str) -> str | None:
    """Return the mark of the last preparation, if there was one."""
    query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
    with psycopg.connect(database_url) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def store(database_url: str, new_mark: str) -> None:
    """Note that preparation is complete."""
    with psycopg.connect(database_url) as connection:
        name = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(new_mark)))
