"""How `make up` last served this data directory, for commands in another terminal."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

ON = {"1", "true", "t", "yes", "y", "on"}


@dataclass(frozen=True)
class UpSettings:
    """Settings that `make up` gives its processes; by default those of commands before the first one."""

    public_url: str = "http://127.0.0.1:8000"
    allow_http: bool = False
    allow_loopback: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Those that the processes of `make up` read from this environment."""
        return cls(
            environment["PUBLIC_URL"],
            environment["WEBHOOK_ALLOW_HTTP"].lower() in ON,
            environment["WEBHOOK_ALLOW_LOOPBACK"].lower() in ON,
        )


def up_settings(var: Path) -> UpSettings:
    """The recorded settings."""
    path = _file(var)
    return UpSettings(**json.loads(path.read_text())) if path.exists() else UpSettings()


def record_up_settings(var: Path, settings: UpSettings) -> None:
    """Replace the record in one step: commands may read it at any time."""
    path = _file(var)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(settings)))
    fresh.rename(path)


def _file(var: Path) -> Path:
    return var / "up.json"
