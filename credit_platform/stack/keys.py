"""The passwords and keys of one data directory, made at the first start and kept readable by their owner alone."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from credit_platform.stack.faults import StackError


@dataclass(frozen=True, repr=False)
class Keys:
    """What `DATA_DIR/secrets.json` holds. Lose it and stored identity numbers can no longer be read."""

    instance: str
    database_password: str
    app_database_password: str
    broker_password: str
    secret_key: str
    field_keys: str
    index_key: str
    national_key: str


def make() -> Keys:
    """Return new keys: passwords of 256 bits, an SM4 key of 128 bits, HMAC-SM3 keys of 256 bits."""
    return Keys(
        instance=secrets.token_hex(8),
        database_password=secrets.token_hex(32),
        app_database_password=secrets.token_hex(32),
        broker_password=secrets.token_hex(32),
        secret_key=secrets.token_urlsafe(64),
        field_keys=f"k1:{secrets.token_hex(16)}",
        index_key=secrets.token_hex(32),
        national_key=secrets.token_hex(32),
    )


def keep(data_dir: Path) -> Keys:
    """Return the keys of `data_dir`, made once; raise `keys_unreadable` rather than put new ones in their place."""
    path = data_dir / "secrets.json"
    if not path.exists():
        _write(path, make())
    try:
        stored = json.loads(path.read_text())
        return Keys(**{field.name: stored[field.name] for field in fields(Keys)})
    except (OSError, ValueError, KeyError) as error:
        raise StackError("keys_unreadable", f"无法读取密钥文件 {path}。请从备份恢复，或者换一个 DATA_DIR。") from error


def _write(path: Path, keys: Keys) -> None:
    """Write the file whole or not at all, never readable by others, not even for a moment."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(asdict(keys), file, indent=2)
    unfinished.rename(path)
