"""Unix sockets of the embedded servers, in a short directory named after a hash of the data directory."""

import hashlib
import os
import socket
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

DATABASE = "liveplatform"
PORT = 5432  # part of the socket's name; no TCP port is opened
# Unix socket names are limited to 107 bytes, so sockets cannot live beside data under a long path.
# Not TMPDIR: the path must be the same for every process, whatever its environment.
SOCKETS = Path("/tmp")  # noqa: S108 - its owner is checked
# Over TCP, the loss of the server is noticed within seconds.
DATABASE_OPTIONS: dict[str, Any] = {
    "application_name": "liveplatform",
    "connect_timeout": 5,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    # None, Django's default, would forbid what db/prepared.py asks for; nothing else is prepared.
    "prepare_threshold": 1_000_000,
}


def database_url(var: Path) -> str:
    """The URL of this data directory's PostgreSQL, running or not."""
    return f"postgresql://postgres@/{DATABASE}?host={postgres_socket(var).parent}&port={PORT}"


def redis_url(var: Path) -> str:
    """The URL of this data directory's Redis, running or not."""
    return f"unix://{redis_socket(var)}"


def django_database(url: str) -> dict[str, Any]:
    """Django's settings for a postgresql:// URL: persistent connections, checked at each request."""
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "liveplatform.db.backend",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": query.pop("port", parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": DATABASE_OPTIONS | query,
    }


def postgres_socket(var: Path) -> Path:
    """The path of PostgreSQL's socket; its directory is closed to other users."""
    return socket_directory(var) / "pg" / f".s.PGSQL.{PORT}"


def redis_socket(var: Path) -> Path:
    """The path of Redis' socket."""
    return socket_directory(var) / "redis.sock"


def socket_directory(var: Path) -> Path:
    """The directory of this data directory's sockets."""
    digest = hashlib.sha256(os.fsencode(var.resolve())).hexdigest()[:12]
    return SOCKETS / f"liveplatform-{os.getuid()}-{digest}"


def make_socket_directory(var: Path) -> Path:
    """Make that directory. RuntimeError if another user owns it: anybody may write to /tmp."""
    path = socket_directory(var)
    path.mkdir(mode=0o700, exist_ok=True)
    if path.is_symlink() or path.stat().st_uid != os.getuid():
        raise RuntimeError(f"{path} belongs to another user; remove it, or set DATABASE_URL and REDIS_URL.")
    # As root, PostgreSQL runs as another user, who needs to traverse this directory.
    path.chmod(0o711 if os.getuid() == 0 else 0o700)
    return path


def is_listening(address: Path) -> bool:
    """Whether a server listens on this socket, even one too busy (or frozen) to accept."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(address))
        except (BlockingIOError, TimeoutError):  # the backlog is full, so there is a listener
            return True
        except OSError:
            return False
    return True
