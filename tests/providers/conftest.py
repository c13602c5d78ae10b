"""The sandbox as a process of its own, and adapters that speak with it."""

import subprocess
import sys
import time
import uuid
from collections.abc import Iterator

import pytest

from providers.registry import build_adapter
from providers.sandbox.client import SandboxClient

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


@pytest.fixture
def account_sid() -> str:
    return f"AC{uuid.uuid4().hex}"


@pytest.fixture
def twilio(sandbox_url, account_sid):
    return build_adapter(
        "twilio",
        {"account_sid": account_sid, "auth_token": SECRET},
        base_url=sandbox_url,
        key=account_sid,
        timeout=1.0,
    )


@pytest.fixture
def livekit(sandbox_url):
    key = f"API{uuid.uuid4().hex}"
    return build_adapter(
        "livekit", {"api_key": key, "api_secret": SECRET}, base_url=sandbox_url, key=key, timeout=1.0
    )


@pytest.fixture
def getstream(sandbox_url):
    key = uuid.uuid4().hex
    return build_adapter(
        "getstream", {"api_key": key, "api_secret": SECRET}, base_url=sandbox_url, key=key, timeout=1.0
    )
