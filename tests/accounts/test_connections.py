"""Connections: one default per provider, credentials checked, secrets never sent to a new address."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection as database

from liveplatform.accounts.connections import (
    InvalidConnection,
    TooManyConnections,
    apply_credentials,
    change_base_url,
    make_default,
    upsert_connection,
)
from liveplatform.accounts.models import Account, Connection

TWILIO_SECRET = {"auth_token": "t"}
TWILIO = {"account_sid": "AC1"} | TWILIO_SECRET


@pytest.fixture
def twilio(account) -> Connection:
    return upsert_connection(account, "twilio", TWILIO, name="ours")


def test_the_same_provider_account_keeps_its_connection(account, twilio):
    renewed = upsert_connection(account, "twilio", TWILIO | {"auth_token": "new"})
    assert (renewed.pk, renewed.name) == (twilio.pk, "ours")
    assert renewed.credentials()["auth_token"] == "new"


def test_another_provider_account_becomes_the_default(account, twilio):
    other = upsert_connection(account, "twilio", TWILIO | {"account_sid": "AC2"})
    twilio.refresh_from_db()
    assert (other.is_default, twilio.is_default) == (True, False)

    make_default(twilio)
    twilio.save()
    other.refresh_from_db()
    assert (other.is_default, twilio.is_default) == (False, True)


WRONG = {
    "unknown name": ({"color": "red"}, "twilio has no color"),
    "not text": ({"auth_token": 7}, "must be text"),
    "blank": ({"auth_token": " "}, "must be text"),
    "too long": ({"auth_token": "x" * 4001}, "must be text"),
    "a NUL": ({"auth_token": "a\0b"}, "must be text"),
    "another owner": ({"account_sid": "AC2"}, "says whose connection"),
    "no phone number": ({"phone_number": "555"}, "must be E.164"),
}


@pytest.mark.parametrize(("credentials", "message"), WRONG.values(), ids=WRONG)
def test_wrong_credentials_are_named(twilio, credentials, message):
    with pytest.raises(InvalidConnection, match=message) as caught:
        apply_credentials(twilio, credentials)
    assert caught.value.field == next(iter(credentials))


def test_another_address_needs_the_secrets_again(twilio):
    with pytest.raises(InvalidConnection, match="give auth_token again"):
        change_base_url(twilio, "https://elsewhere.example.com", {})
    change_base_url(twilio, "https://elsewhere.example.com", {"auth_token": "t"})
    assert twilio.base_url == "https://elsewhere.example.com"


def test_a_self_hosted_provider_needs_an_address(account):
    with pytest.raises(InvalidConnection, match="needs base_url"):
        upsert_connection(account, "livekit", {"api_key": "k", "api_secret": "s"})


@pytest.mark.django_db(transaction=True)
def test_an_account_has_so_many_connections_at_most_even_in_a_race(settings):
    settings.MAX_CONNECTIONS = 3
    account = Account.objects.create(name="many")

    def connect(number: int) -> str:
        try:
            upsert_connection(account, "twilio", TWILIO | {"account_sid": f"AC{number}"})
        except TooManyConnections as error:
            return str(error)
        finally:
            database.close()
        return "connected"

    with ThreadPoolExecutor(8) as pool:
        results = Counter(pool.map(connect, range(8)))
    assert results == {"connected": 3, "The account has 3 connections; delete one first.": 5}
    upsert_connection(account, "twilio", Connection.objects.get(is_default=True).options | TWILIO_SECRET)
    assert Connection.objects.count() == 3, "a renewed one is none more"
