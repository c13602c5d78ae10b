"""Serves the minimal views with the platform's server."""

import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from liveplatform.dev.stack import ROOT, LocalStack, free_port

COMMAND = "granian --interface wsgi --host 127.0.0.1 --port {} --workers 2 --blocking-threads 8 --no-ws --log-level warning benchmarks.minimal.app:application"


@contextmanager
def serving(local: LocalStack) -> Iterator[str]:
    """A server over the same database; yields its URL."""
    port = free_port()
    env = local.env | {"DJANGO_SETTINGS_MODULE": "benchmarks.minimal.settings"}
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(
        shlex.split(COMMAND.format(port)), env=env, cwd=ROOT, stdout=quiet, stderr=quiet
    )
    try:
        _wait(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _wait(url: str) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            requests.get(url, timeout=1)
            return
        except requests.RequestException:
            time.sleep(0.1)
    sys.exit("the minimal views did not come up")
