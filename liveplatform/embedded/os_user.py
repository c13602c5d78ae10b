"""Who owns the embedded PostgreSQL: this user; if that is root, whom PostgreSQL refuses, a system user."""

import os
import pwd
import stat
import subprocess
from functools import cache
from pathlib import Path

# The wheel's own choice of name, so that its other users on this machine share it.
NAME = "pgserver"
PASS = stat.S_IXOTH


def server_user() -> int | None:
    """The user id to run PostgreSQL as; None: our own."""
    return _account().pw_uid if os.geteuid() == 0 else None


def server_group() -> int:
    """That user's group."""
    return _account().pw_gid


def check_owner(data: Path) -> None:
    """Refuse data that another user's server may be running on at this moment."""
    if not data.exists():
        return
    wanted = server_user()
    found = data.stat().st_uid
    if found not in (os.geteuid() if wanted is None else wanted, os.geteuid()):
        raise RuntimeError(f"{data} belongs to user {found}: run this as that user, or set DATABASE_URL.")


def hand_over(directory: Path) -> None:
    """Let the server own its directory, and pass through those above it."""
    directory.chmod(0o700)
    user = server_user()
    if user is not None:
        os.chown(directory, user, server_group())
        _grant_traverse(directory.parent)


def grant_read(directory: Path) -> None:
    """As root: let the server read and run what a strict umask kept for root alone."""
    if not directory.is_dir():
        return
    _grant_traverse(directory.parent)
    if _lacks(directory, stat.S_IROTH | PASS):
        for path in [directory, *directory.rglob("*")]:
            if not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod(mode | stat.S_IROTH | (PASS if mode & stat.S_IXUSR else 0))


def _grant_traverse(directory: Path) -> None:
    """Permission to pass through, and nothing else: what lies beside the way stays unseen."""
    for path in (directory, *directory.parents):
        if _lacks(path, PASS):
            path.chmod(path.stat().st_mode | PASS)


def _lacks(path: Path, permission: int) -> bool:
    return path.stat().st_mode & permission != permission


@cache
def _account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    try:
        return pwd.getpwnam(NAME)  # another process may have made it at the same moment
    except KeyError as error:
        raise RuntimeError(
            f"PostgreSQL does not run as root, and no user {NAME} could be made: {done.stderr.strip()} "
            "Run this as another user, or set DATABASE_URL."
        ) from error
