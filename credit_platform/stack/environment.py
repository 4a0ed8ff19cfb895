"""The environment the platform's processes start in, and how a command in another terminal joins a running stack."""

import hashlib
import hmac
import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from credit_platform.stack.keys import Keys
from credit_platform.stack.options import Options

DEVELOPMENT = "credit_platform.settings.development"
# The login the platform's processes use: no superuser, narrowed further by DATABASE_ROLE (made by `grant_roles`).
APP_LOGIN = "credit_app"
OFFICE, WORKER = "credit_office", "credit_worker"
FILE = "environment.json"
CLIENT_ID = "credit-yunnan"  # what the stand-in identity provider calls the platform


def platform_settings(options: Options, keys: Keys, *, database_url: str, broker_url: str) -> dict[str, str]:
    """Return the settings all processes share; what the caller's own environment says about a secret comes first."""
    made = {
        "SECRET_KEY": keys.secret_key,
        "FIELD_KEYS": keys.field_keys,
        "INDEX_KEY": keys.index_key,
        "NATIONAL_KEY": keys.national_key,
        "NATIONAL_URL": options.stub_url,
        "POPULATION_URL": options.stub_url,
        "POPULATION_KEY": keys.national_key,  # one stub plays both
        **_signing_in(options, keys),
        "ALLOWED_HOSTS": ",".join(_hosts(options)),
    }
    return {
        **made,
        **{name: os.environ[name] for name in made if os.environ.get(name)},
        "DJANGO_SETTINGS_MODULE": DEVELOPMENT,
        "DATABASE_URL": database_url,
        "DATABASE_ROLE": OFFICE,
        "REDIS_URL": broker_url,
        "DATA_DIR": str(options.data_dir),
        "TODAY": options.today.isoformat() if options.today else "",
        "DEMO": "1" if options.demo else "0",
    }


def _signing_in(options: Options, keys: Keys) -> dict[str, str]:
    """How subjects sign in: at the stand-in provider, if it is started. Its secret follows from the platform's."""
    if "identity" not in options.processes:
        return dict.fromkeys(("SUBJECT_OIDC_ISSUER", "SUBJECT_OIDC_CLIENT_ID", "SUBJECT_OIDC_CLIENT_SECRET"), "")
    secret = hmac.new(keys.secret_key.encode(), b"identity stub", hashlib.sha256).hexdigest()
    return {
        "SUBJECT_OIDC_ISSUER": options.identity_url,
        "SUBJECT_OIDC_CLIENT_ID": CLIENT_ID,
        "SUBJECT_OIDC_CLIENT_SECRET": secret,
    }


def complete(settings: Mapping[str, str]) -> dict[str, str]:
    """Return `settings` on top of the caller's environment."""
    return {**os.environ, "PYTHONUNBUFFERED": "1", **settings}


@contextmanager
def published(data_dir: Path, application: Mapping[str, str], owner: Mapping[str, str]) -> Iterator[None]:
    """Keep, while the stack runs, what a command in another terminal needs in a file only its owner may read."""
    path = data_dir / FILE
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"application": dict(application), "owner": dict(owner)}, file)
    try:
        yield
    finally:
        path.unlink()


def of_running_stack(data_dir: Path, *, owner: bool = False) -> dict[str, str]:
    """Return the settings of the stack that runs on `data_dir`; empty when none does."""
    try:
        settings: dict[str, str] = json.loads((data_dir / FILE).read_text())["owner" if owner else "application"]
    except FileNotFoundError:
        return {}
    return settings


def join_running_stack(data_dir: Path) -> None:
    """Let `manage.py` in another terminal use the stack on `data_dir`, unless the environment names a database."""
    if not os.environ.get("DATABASE_URL"):
        for name, value in of_running_stack(data_dir).items():
            os.environ.setdefault(name, value)


def _hosts(options: Options) -> list[str]:
    own_names = [socket.gethostname(), socket.getfqdn()] if options.host == "0.0.0.0" else [options.host]
    return list(dict.fromkeys(["127.0.0.1", "localhost", *own_names]))
