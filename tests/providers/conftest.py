"""Adapters that are connected to the sandbox."""

import uuid

import pytest

from providers.registry import build_adapter
from tests.support.sandbox import SECRET, sandbox, sandbox_url

__all__ = ["SECRET", "sandbox", "sandbox_url"]


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
def vobiz(sandbox_url):
    return phone_adapter("vobiz", sandbox_url)


@pytest.fixture
def plivo(sandbox_url):
    return phone_adapter("plivo", sandbox_url)


def phone_adapter(name, sandbox_url):
    """An adapter of an account of its own, whose id the plivo package takes too."""
    auth_id = f"MA{uuid.uuid4().hex[:18].upper()}"
    given = {"auth_id": auth_id, "auth_token": SECRET}
    return build_adapter(name, given, base_url=sandbox_url, key=auth_id, timeout=1.0)


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


@pytest.fixture
def cloudflare(sandbox_url):
    app = uuid.uuid4().hex
    credentials = {"account_id": "a" * 32, "app_id": app, "api_token": SECRET}
    return build_adapter("cloudflare", credentials, base_url=sandbox_url, key=app, timeout=1.0)
