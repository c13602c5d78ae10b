"""Where the embedded servers answer: Unix sockets in a short directory named after the data's."""

import hashlib
import os
import socket
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

DATABASE = "liveplatform"
PORT = 5432  # nothing listens there: PostgreSQL names its socket after it
# Unix socket names are limited to 107 bytes, so sockets cannot live beside data under a long path.
# Not TMPDIR: every process must come to the same address, whatever its environment.
SOCKETS = Path("/tmp")  # noqa: S108 - the directory made in it is checked to be ours
# Over TCP, a PostgreSQL that vanished without a word is noticed within seconds, not hours.
DATABASE_OPTIONS: dict[str, Any] = {
    "application_name": "liveplatform",
    "connect_timeout": 5,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    # None, Django's default, would forbid what liveplatform/db/prepared.py asks for; nothing else is prepared.
    "prepare_threshold": 1_000_000,
}


def database_url(var: Path) -> str:
    """Where this data directory's PostgreSQL answers, running or not."""
    return f"postgresql://postgres@/{DATABASE}?host={postgres_socket(var).parent}&port={PORT}"


def redis_url(var: Path) -> str:
    """Where this data directory's Redis answers, running or not."""
    return f"unix://{redis_socket(var)}"


def django_database(url: str) -> dict[str, Any]:
    """A postgresql:// URL as Django's settings; persistent connections, checked at each request."""
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
    """In a directory of its own, which only its user may enter."""
    return socket_directory(var) / "pg" / f".s.PGSQL.{PORT}"


def redis_socket(var: Path) -> Path:
    """Beside it."""
    return socket_directory(var) / "redis.sock"


def socket_directory(var: Path) -> Path:
    """The directory of this data directory's sockets."""
    digest = hashlib.sha256(os.fsencode(var.resolve())).hexdigest()[:12]
    return SOCKETS / f"liveplatform-{os.getuid()}-{digest}"


def make_socket_directory(var: Path) -> Path:
    """Make that directory; somebody else's of that name is refused, for /tmp is everybody's."""
    path = socket_directory(var)
    path.mkdir(mode=0o700, exist_ok=True)
    if path.is_symlink() or path.stat().st_uid != os.getuid():
        raise RuntimeError(f"{path} belongs to somebody else; remove it, or set DATABASE_URL and REDIS_URL.")
    # As root, PostgreSQL runs as another user, who must pass through to its own part of it.
    path.chmod(0o711 if os.getuid() == 0 else 0o700)
    return path


def is_listening(address: Path) -> bool:
    """Whether a server listens there, be it too busy to accept (or frozen)."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(address))
        except (BlockingIOError, TimeoutError):  # its queue is full, so there is a queue
            return True
        except OSError:
            return False
    return True
