"""Secrets for development, generated once and kept in files."""

import os
import secrets
from base64 import b64encode
from contextlib import suppress
from pathlib import Path


def secret(var: Path, name: str, prefix: str = "") -> str:
    """32 random bytes in base64 after `prefix`, generated at the first call, in an owner-only file."""
    path = var / name
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(prefix + b64encode(secrets.token_bytes(32)).decode())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process was faster: its secret is used
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text()
