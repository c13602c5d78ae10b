"""The URL at which `make up` last served this data directory, for commands in another terminal."""

from pathlib import Path

DEFAULT = "http://127.0.0.1:8000"


def public_url(var: Path) -> str:
    """The recorded URL; that of a `make up` without PORT before the first one."""
    path = _file(var)
    return path.read_text() if path.exists() else DEFAULT


def record_public_url(var: Path, url: str) -> None:
    """Replace the recorded URL in one step: commands may read it at any time."""
    path = _file(var)
    fresh = path.with_suffix(".new")
    fresh.write_text(url)
    fresh.rename(path)


def _file(var: Path) -> Path:
    return var / "public_url"
