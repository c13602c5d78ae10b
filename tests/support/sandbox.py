"""The provider sandbox as a process of its own, for a whole test session."""

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
import requests

from providers.sandbox.client import SandboxClient

# The auth token or API secret of every connection to it.
SECRET = "a-very-secret-token-of-32-characters"


@pytest.fixture(scope="session")
def sandbox_url(tmp_path_factory) -> Iterator[str]:
    port_file = tmp_path_factory.mktemp("sandbox") / "port"
    process = subprocess.Popen(
        [sys.executable, "-m", "providers.sandbox", "--port", "0", "--port-file", str(port_file)]
    )
    until = time.monotonic() + 20
    while not port_file.exists():
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port_file.read_text()}"
    process.terminate()
    process.wait()


@pytest.fixture
def sandbox(sandbox_url) -> Iterator[SandboxClient]:
    client = SandboxClient(sandbox_url)
    yield client
    client.reset()


def control(url, method, path, **more):
    """A request to the sandbox's control API."""
    return requests.request(method, f"{url}/_sandbox{path}", timeout=5, **more)
