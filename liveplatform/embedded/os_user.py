"""The OS user that runs the embedded PostgreSQL: the current one, or a system user if that is root.

PostgreSQL refuses to run as root.
"""

import os
import pwd
import stat
import subprocess
from functools import cache
from pathlib import Path

# The name that the wheel itself uses, so that other programs with it share the user.
NAME = "pgserver"
PASS = stat.S_IXOTH


def server_user() -> int | None:
    """The user id to run PostgreSQL as; None: the current user."""
    return _account().pw_uid if os.geteuid() == 0 else None


def server_group() -> int:
    """That user's group."""
    return _account().pw_gid


def check_owner(data: Path) -> None:
    """RuntimeError if the data directory belongs to another user, whose server may be running on it."""
    if not data.exists():
        return
    server_uid = server_user()
    found = data.stat().st_uid
    if found not in (os.geteuid() if server_uid is None else server_uid, os.geteuid()):
        raise RuntimeError(f"{data} belongs to user {found}: run this as that user, or set DATABASE_URL.")


def hand_over(directory: Path) -> None:
    """Make the server's user the owner of `directory`, and let it traverse the directories above."""
    directory.chmod(0o700)
    user = server_user()
    if user is not None:
        os.chown(directory, user, server_group())
        _grant_traverse(directory.parent)


def grant_read(directory: Path) -> None:
    """As root: grant read and execute on files that a strict umask kept for root."""
    if not directory.is_dir():
        return
    _grant_traverse(directory.parent)
    if _lacks(directory, stat.S_IROTH | PASS):
        for path in [directory, *directory.rglob("*")]:
            if not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod(mode | stat.S_IROTH | (PASS if mode & stat.S_IXUSR else 0))


def _grant_traverse(directory: Path) -> None:
    """Grant traversal of these directories, without reading them."""
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
        return pwd.getpwnam(NAME)  # another process may have created it meanwhile
    except KeyError as error:
        raise RuntimeError(
            f"PostgreSQL does not run as root, and no user {NAME} could be made: {done.stderr.strip()} "
            "Run this as another user, or set DATABASE_URL."
        ) from error
