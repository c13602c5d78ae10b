"""rotate_encryption: every stored secret sealed with the newest key."""

import base64
import io
import secrets

import pytest
from django.core.management import CommandError, call_command

from calls.models import Call
from liveplatform.accounts.models import Connection
from liveplatform.webhooks.models import Endpoint
from tests.support.jwt_issuer import SECRET, issuer


def run(*arguments: object, **options: object) -> str:
    out = io.StringIO()
    call_command(*[str(argument) for argument in arguments], stdout=out, **options)
    return out.getvalue()


def new_key(name: str) -> str:
    return f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


@pytest.fixture
def sealed(account, settings) -> list:
    """One of everything that is sealed, under the old key; a newer one is there now."""
    Call.objects.all().delete()
    Connection.objects.all().delete()  # another tenant's, under a key that this test does not have
    settings.ENCRYPTION_KEYS = new_key("old")
    call_command(
        "connect_provider",
        str(account.pk),
        "twilio",
        "--set",
        "account_sid=AC1",
        "auth_token=a=b=c",
        stdout=io.StringIO(),
    )
    endpoint = Endpoint(account=account, url="https://hooks.example.com/")
    endpoint.new_secret()
    endpoint.new_secret()
    endpoint.save()
    rows = [Connection.objects.get(account=account), issuer(account), endpoint]
    settings.ENCRYPTION_KEYS = f"{new_key('new')},{settings.ENCRYPTION_KEYS}"
    return rows


def test_rotate_encryption_seals_everything_anew(account, sealed, settings):
    run("rotate_encryption")
    settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS.split(",")[0]
    connection, row, endpoint = (type(row).objects.get(pk=row.pk) for row in sealed)
    assert connection.credentials()["auth_token"] == "a=b=c"
    assert row.secret == SECRET
    assert len(set(endpoint.secrets())) == 2, "the one in use and the one before"
    assert "Connection.sealed_secrets: 0 " in run("rotate_encryption")


def test_rotate_encryption_continues_past_a_secret_that_does_not_open(account, sealed):
    Connection.objects.update(sealed_secrets="gone:AAAA")
    with pytest.raises(CommandError, match="1 could not be opened"):
        run("rotate_encryption", stderr=io.StringIO())
    assert type(sealed[1]).objects.get().sealed_secret.startswith("new:")


def test_rotate_encryption_has_a_dry_run(sealed):
    assert "1 would be sealed anew" in run("rotate_encryption", "--dry-run")
    assert Connection.objects.get(pk=sealed[0].pk).sealed_secrets.startswith("old:")
