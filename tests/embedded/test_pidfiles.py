"""A process id counts only if the process has the expected argument."""

import os
import subprocess
import sys

import pytest

from liveplatform.embedded import pidfiles
from liveplatform.embedded.pidfiles import has_argument


@pytest.fixture(params=["proc", "ps"])
def source(request, monkeypatch, tmp_path):
    """Command lines are read from /proc; where there is none, from ps."""
    if request.param == "ps":
        monkeypatch.setattr(pidfiles, "PROC", tmp_path)


def test_a_running_process_is_known_by_its_argument(source):
    program = "import time; print('up', flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", program, "--data=/var/x"], stdout=subprocess.PIPE)
    try:
        process.stdout.readline()  # its command line is complete once it runs
        assert has_argument(process.pid, "--data=/var/x")
        assert not has_argument(process.pid, "--data=/var/y")
    finally:
        process.kill()
        process.wait()
    assert not has_argument(process.pid, "--data=/var/x")


def test_this_process_has_python_on_its_command_line():
    assert has_argument(os.getpid(), "python")
