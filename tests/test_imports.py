"""Imports point one way only (the contracts stand in pyproject.toml)."""

import subprocess
import sys
from pathlib import Path

from tests.environment import ROOT


def test_imports_point_one_way():
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout
