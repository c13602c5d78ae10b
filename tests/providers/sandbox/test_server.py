"""The sandbox as a process: it prints its address, and stops on SIGTERM."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.environment import ROOT
from tests.support.sandbox import control


@pytest.mark.parametrize("command", [["-m", "providers.sandbox"], ["manage.py", "sandbox"]])
def test_it_prints_its_address_and_stops_on_sigterm(command):
    process = subprocess.Popen(
        [sys.executable, *command, "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(ROOT),
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    address = process.stdout.readline().split()[-1]
    assert control(address, "GET", "/healthz").status_code == 200
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
