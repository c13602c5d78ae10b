"""The sandbox as a process: it prints its address, and stops on SIGTERM."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.environment import ROOT


def own(url, method, path, **more):
    return requests.request(method, f"{url}/_sandbox{path}", timeout=5, **more)


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
    assert own(address, "GET", "/healthz").status_code == 200
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
