"""Data directories for embedded servers."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from liveplatform import embedded
from tests.environment import VAR


@pytest.fixture
def place() -> Iterator[Path]:
    """An empty directory. Not pytest's tmp_path, which is closed to other users: PostgreSQL's is one."""
    with tempfile.TemporaryDirectory(dir=VAR) as name:
        yield Path(name)


@pytest.fixture
def var(place: Path) -> Iterator[Path]:
    """An empty data directory; its servers are stopped at the end."""
    yield place / "var"
    embedded.stop(place / "var")
