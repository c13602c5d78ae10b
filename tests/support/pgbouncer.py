"""The real PgBouncer, in transaction mode: this machine's, or the one of Debian's package unpacked under var/."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from liveplatform.dev.stack import free_port
from liveplatform.embedded.os_user import server_user
from liveplatform.embedded.sockets import DATABASE, PORT, postgres_socket
from tests.environment import ROOT
from tests.support.stories import until

TOOLS = ROOT / "var" / "tools" / "pgbouncer"
NEEDED = ("pgbouncer", "libevent", "libc-ares")
POOL_SIZE = 6
WHY_SKIPPED = (
    "PgBouncer is not installed here, and `apt-get download` cannot fetch Debian's package: install it "
    "(apt-get install pgbouncer) to run this test"
)
# No ignore_startup_parameters: whatever the pooler does not take, it refuses.
CONFIG = """
[databases]
{name} = host={directory} port={pg_port} dbname={name} user=postgres

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 500
server_reset_query =
"""


@contextmanager
def pgbouncer(var: Path) -> Iterator[str]:
    """The URL of a PgBouncer before the embedded PostgreSQL of `var`; skips the test where there is none."""
    program, libraries = _program()
    if program is None:
        pytest.skip(WHY_SKIPPED)
    port, config = free_port(), var / "pgbouncer.ini"
    directory = postgres_socket(var).parent
    config.write_text(
        CONFIG.format(name=DATABASE, directory=directory, pg_port=PORT, port=port, size=POOL_SIZE)
    )
    config.chmod(0o644)
    with (var / "pgbouncer.log").open("wb") as log:
        process = subprocess.Popen(
            [program, str(config)],
            env=os.environ | ({"LD_LIBRARY_PATH": libraries} if libraries else {}),
            user=server_user(),  # as PostgreSQL, it does not run as root
            stdout=log,
            stderr=log,
        )
    try:
        until(lambda: process.poll() is None and _accepts(port), 20)
        yield f"postgresql://postgres@127.0.0.1:{port}/{DATABASE}"
    finally:
        process.terminate()
        process.wait(10)


def _accepts(port: int) -> bool:
    return (
        subprocess.run(["bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{port}"], capture_output=True).returncode
        == 0
    )


@cache
def _program() -> tuple[str | None, str]:
    """The program and the directory of its libraries ("": the system's)."""
    installed = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if installed:
        return installed, ""
    if not (TOOLS / "complete").exists():
        try:
            _unpack()
        except (OSError, subprocess.SubprocessError):
            return None, ""
    program = TOOLS / "usr" / "sbin" / "pgbouncer"
    (libraries,) = {path.parent for path in (TOOLS / "usr" / "lib").rglob("libevent-*.so.*")}
    return str(program), str(libraries)


def _unpack() -> None:
    """Fetch the package and the two libraries that a bare machine lacks, and unpack them; nothing is installed."""
    shutil.rmtree(TOOLS, ignore_errors=True)
    TOOLS.mkdir(parents=True)
    try:
        _download()
    except subprocess.CalledProcessError:
        if os.geteuid() != 0:
            raise
        _run("apt-get", "update", "-qq")
        _download()
    for package in TOOLS.glob("*.deb"):
        _run("dpkg", "-x", str(package), str(TOOLS))
    for path in (TOOLS, *TOOLS.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
    (TOOLS / "complete").touch()


def _download() -> None:
    depends = _run("apt-cache", "depends", "pgbouncer").split()
    names = [name for name in depends if name.startswith(NEEDED[1:])]
    _run("apt-get", "download", "-qq", "pgbouncer", *names)


def _run(*command: str) -> str:
    done = subprocess.run(command, cwd=TOOLS, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout
