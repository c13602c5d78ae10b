"""connect_provider: connections from the command line."""

import io
import re

import pytest
from django.core.management import CommandError, call_command

from calls.models import PhoneNumber
from liveplatform.accounts.models import Connection
from tests.support.sandbox import SECRET, sandbox, sandbox_url

__all__ = ["sandbox", "sandbox_url"]

TWILIO = ("account_sid=AC1", "auth_token=a=b=c", "phone_number=+14155550100")


def run(*arguments: object, **options: object) -> str:
    out = io.StringIO()
    call_command(*[str(argument) for argument in arguments], stdout=out, **options)
    return out.getvalue()


@pytest.mark.parametrize("called", ["account_id", "auth_id", "name", "pk"])
def test_an_account_is_known_by_id_auth_id_or_name(account, called):
    run("connect_provider", getattr(account, called), "twilio", "--set", *TWILIO)
    row = Connection.objects.get(account=account)
    assert row.credentials() == dict(pair.split("=", 1) for pair in TWILIO)
    assert PhoneNumber.objects.get(account=account).connection == row


def test_connecting_again_replaces(account):
    for secret in ("one", "two"):
        given = ("account_sid=AC1", f"auth_token={secret}", "phone_number=+14155550100")
        run("connect_provider", account.pk, "twilio", "--base-url", "http://127.0.0.1:9", "--set", *given)
    row = Connection.objects.get(account=account)
    assert (row.credentials()["auth_token"], row.base_url) == ("two", "http://127.0.0.1:9")
    assert PhoneNumber.objects.filter(account=account).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_refused_secret_does_not_replace_one_that_works(account, sandbox, sandbox_url):
    sandbox.set_secret("ACknown", SECRET)
    given = ("--base-url", sandbox_url, "--set", "account_sid=ACknown")
    run("connect_provider", account.pk, "twilio", *given, f"auth_token={SECRET}")
    with pytest.raises(CommandError, match="keeps its former credentials"):
        run("connect_provider", account.pk, "twilio", *given, "auth_token=another")
    row = Connection.objects.get(account=account)
    assert (row.credentials()["auth_token"], row.check_outcome) == (SECRET, "accepted")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("account_sid=AC1",), "auth_token"),
        (("account_sid=AC1", "auth_token=t", "colour=red"), "colour"),
        (("account_sid=AC1", "auth_token"), "KEY=VALUE"),
        (("account_sid=AC1", "auth_token=t", "phone_number=hello"), "E.164"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(account, given, message):
    with pytest.raises(CommandError, match=re.escape(message)):
        run("connect_provider", account.pk, "twilio", "--set", *given)
    assert not Connection.objects.filter(account=account).exists()


def test_a_livekit_server_is_connected_by_its_address(account):
    given = ("--set", "api_key=devkey", "api_secret=secret")
    with pytest.raises(CommandError, match="base_url"):
        run("connect_provider", account.pk, "livekit", *given)
    run("connect_provider", account.pk, "livekit", "--base-url", "ws://127.0.0.1:7880", *given)
    assert Connection.objects.get(account=account).base_url == "ws://127.0.0.1:7880"


@pytest.mark.parametrize("called", ["nobody", "0" * 32, "MA" + "0" * 18])
def test_an_unknown_account_is_an_error(db, called):
    with pytest.raises(CommandError, match="No account"):
        run("connect_provider", called, "twilio", "--set", *TWILIO)


def test_one_connection_too_many_is_refused_in_a_sentence(account, settings):
    settings.MAX_CONNECTIONS = 1
    run("connect_provider", account.pk, "twilio", "--set", *TWILIO)
    with pytest.raises(CommandError, match=r"The account has 1 connections; delete one first\."):
        run("connect_provider", account.pk, "twilio", "--set", "account_sid=AC2", "auth_token=t")
