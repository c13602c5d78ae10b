"""Trying credentials: what the provider says becomes an outcome on the connection."""

import pytest

from liveplatform.accounts.adapters import adapter_for
from liveplatform.accounts.connection_check import check_connection
from liveplatform.accounts.connections import upsert_connection
from providers.base import ChecksCredentials
from tests.support.sandbox import SECRET, sandbox, sandbox_url

__all__ = ["sandbox", "sandbox_url"]


@pytest.fixture
def connection(account, sandbox, sandbox_url):
    sandbox.set_secret("ACcheck", SECRET)
    credentials = {"account_sid": "ACcheck", "auth_token": SECRET}
    return upsert_connection(account, "twilio", credentials, base_url=sandbox_url)


def test_every_adapter_can_check_credentials(connection):
    assert isinstance(adapter_for(connection), ChecksCredentials)


def test_the_outcome_is_kept_and_renewed(connection, sandbox):
    assert check_connection(connection).outcome == "accepted"
    first = connection.checked_at
    sandbox.set_secret("ACcheck", "rotated-at-the-provider")
    refused = check_connection(connection)
    assert (refused.outcome, refused.code) == ("refused", "auth")
    connection.refresh_from_db()
    assert connection.check_outcome == "refused" and connection.check_message
    assert first < connection.checked_at == refused.checked_at


def test_a_connection_that_lacks_a_credential_is_not_tried(connection, sandbox):
    connection.sealed_secrets = ""
    connection.save()
    before = len(sandbox.ledger())
    check = check_connection(connection)
    assert check.outcome == "unknown" and "auth_token" in check.message
    assert len(sandbox.ledger()) == before


@pytest.mark.parametrize("fault", ["503", "html", "bad_json", "reset"])
def test_a_provider_in_trouble_refuses_nothing(connection, sandbox, fault):
    sandbox.add_fault("get_account", fault, provider="twilio")
    assert check_connection(connection).outcome == "unknown"
