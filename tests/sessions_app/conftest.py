"""Sessions at the sandbox, without the platform's own processes: Work is drained by the test."""

import pytest

from liveplatform.accounts.connections import upsert_connection
from tests.support.sandbox import sandbox, sandbox_url

__all__ = ["sandbox", "sandbox_url"]


@pytest.fixture
def rooms(account, sandbox_url, sandbox):
    """The account's connection to a video provider, the sandbox."""
    given = {"api_key": account.account_id, "api_secret": "a-secret-of-at-least-32-characters"}
    return upsert_connection(account, "getstream", given, base_url=sandbox_url)
