"""Ports for the servers behind the platform: chosen once, kept with the data, chosen anew when somebody took them."""

import json
import random
import socket
from pathlib import Path

# Below the range from which the kernel serves outgoing connections, so that a stopped server finds its port again.
SERVER_PORTS = range(20000, 32000)
HOST = "127.0.0.1"


def is_free(port: int, host: str = HOST) -> bool:
    """Say whether a server could listen on `host`:`port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def choose() -> int:
    """Return a port nobody listens on."""
    return next(port for port in random.sample(SERVER_PORTS, k=len(SERVER_PORTS)) if is_free(port))


def keep(data_dir: Path, names: tuple[str, ...]) -> dict[str, int]:
    """Return a port for each of `names`, the same as last time wherever it is still free (DATA_DIR/ports.json)."""
    path = data_dir / "ports.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    ports: dict[str, int] = {}
    for name in names:
        port = kept.get(name, 0)
        while not is_free(port) or port == 0 or port in ports.values():
            port = choose()
        ports[name] = port
    path.write_text(json.dumps(ports))
    return ports
