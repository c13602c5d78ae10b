"""manage.py: which commands start the embedded servers, and which leave the machine as it was."""

import os
import subprocess
import sys

import pytest

from liveplatform.dev.stack import ROOT


@pytest.mark.parametrize("command", [["check"], ["makemigrations", "--check", "--dry-run"]])
def test_what_lint_runs_starts_no_servers(command, tmp_path):
    away = ("DATABASE_URL", "REDIS_URL")
    env = {name: value for name, value in os.environ.items() if name not in away}
    run = [sys.executable, "-W", "ignore::RuntimeWarning", "manage.py", *command]
    done = subprocess.run(run, cwd=ROOT, env=env | {"VAR_DIR": str(tmp_path)}, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    assert not (tmp_path / "postgres").exists()
    assert not (tmp_path / "redis").exists()
