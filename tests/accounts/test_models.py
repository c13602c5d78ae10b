"""Accounts and connections: ids as clients see them, secrets sealed to their row."""

import pytest

from liveplatform.accounts.models import Account, Connection, JwtIssuer
from liveplatform.crypto import DecryptionFailed


@pytest.fixture
def connection(account) -> Connection:
    made = Connection(account=account, provider="twilio", options={"account_sid": "AC1"})
    made.set_secrets({"auth_token": "first", "other": "kept"})
    made.save()
    return made


def test_an_account_has_the_ids_that_vendors_expect(account):
    assert len(account.account_id) == 32
    assert account.auth_id.startswith("MA")
    assert (len(account.auth_id), account.auth_id.isalnum()) == (20, True)


def test_secrets_are_replaced_by_name(connection):
    connection.set_secrets({"auth_token": "second"})
    assert connection.credentials() == {"account_sid": "AC1", "auth_token": "second", "other": "kept"}
    assert "second" not in connection.sealed_secrets


def test_secrets_do_not_open_in_another_row(connection):
    thief = Connection(account=Account.objects.create(name="thief"), provider="twilio")
    thief.sealed_secrets = connection.sealed_secrets
    with pytest.raises(DecryptionFailed):
        thief.credentials()


def test_an_issuers_secret_is_sealed(account):
    issuer = JwtIssuer(account=account, issuer="https://id.example.com/")
    assert issuer.secret == ""
    issuer.secret = "s" * 32
    assert issuer.secret == "s" * 32
    assert "ssss" not in issuer.sealed_secret
