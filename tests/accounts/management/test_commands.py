"""create_account, connect_provider, rotate_key and rotate_encryption, as scripts rely on them."""

import base64
import io
import json
import re
import secrets

import pytest
from django.core.management import CommandError, call_command

from calls.models import Call, PhoneNumber
from liveplatform.accounts import keys, tokens
from liveplatform.accounts.keys import authenticate, make_key, revoke
from liveplatform.accounts.models import Account, Connection, JwtIssuer
from liveplatform.webhooks.models import Endpoint
from tests.support.jwt_issuer import SECRET, issuer, public_pem, token

TWILIO = ("account_sid=AC1", "auth_token=a=b=c", "phone_number=+14155550100")


def run(*arguments: object, **options: object) -> str:
    out = io.StringIO()
    call_command(*[str(argument) for argument in arguments], stdout=out, **options)
    return out.getvalue()


@pytest.fixture(autouse=True)
def fresh():
    keys.clear_cache()


def test_create_account_prints_one_json_object(db):
    made = json.loads(run("create_account", "Acme", "--json"))
    assert set(made) == {"account_id", "auth_id", "api_key"}
    assert re.fullmatch(r"[0-9a-f]{32}", made["account_id"])
    assert re.fullmatch(r"MA[A-Z0-9]{18}", made["auth_id"])
    principal = authenticate(made["api_key"])
    assert principal.account_id.hex == made["account_id"]
    assert principal.scopes == {"read:live", "write:live", "admin:live"}


def test_create_account_for_people_says_the_same(db):
    said = run("create_account", "Acme", "--scope", "read:live")
    key = re.search(r"lp_\S+", said).group()
    assert authenticate(key).scopes == {"read:live"}
    assert "not shown again" in said


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_create_account_wants_a_name(db, name):
    with pytest.raises(CommandError):
        run("create_account", name)
    assert not Account.objects.exists()


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


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("account_sid=AC1",), "auth_token"),
        (("account_sid=AC1", "auth_token=t", "colour=red"), "colour"),
        (("account_sid=AC1", "auth_token"), "KEY=VALUE"),
        (("account_sid=AC1", "auth_token=t", "phone_number=hello"), "E.164"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(account, given, said):
    with pytest.raises(CommandError, match=re.escape(said)):
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


def test_a_name_that_two_accounts_have_is_an_error(db):
    for _ in range(2):
        Account.objects.create(name="twin")
    with pytest.raises(CommandError, match="More than one"):
        run("connect_provider", "twin", "twilio", "--set", *TWILIO)


def test_rotate_key_prints_the_successor(account):
    old, old_text = make_key(account, name="ci", scopes=["read:live"])
    said = run("rotate_key", old.public_id, "--hours", "1")
    new_text = re.search(r"lp_\S+", said).group()
    assert authenticate(new_text).scopes == {"read:live"}
    assert authenticate(old_text)


def test_rotate_key_rotates_a_key_once(account):
    key, _ = make_key(account)
    run("rotate_key", key.public_id)
    with pytest.raises(CommandError, match="rotated already"):
        run("rotate_key", key.public_id)


def test_rotate_key_knows_no_revoked_key(account):
    key, _ = make_key(account)
    revoke(key)
    for public_id in (key.public_id, "nobody"):
        with pytest.raises(CommandError):
            run("rotate_key", public_id)


@pytest.mark.parametrize("hours", ["-3", "721", "nan", "inf"])
def test_an_overlap_is_within_what_the_api_takes(account, hours):
    key, _ = make_key(account)
    with pytest.raises(CommandError, match="0 to 720"):
        run("rotate_key", key.public_id, f"--hours={hours}")
    assert not account.api_keys.exclude(pk=key.pk).exists()


def new_key(name: str) -> str:
    return f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


@pytest.fixture
def sealed(account, settings) -> list:
    """One of everything that is sealed, under the old key; a newer one is there now."""
    Call.objects.all().delete()
    Connection.objects.all().delete()  # another tenant's, under a key that this test does not have
    settings.ENCRYPTION_KEYS = new_key("old")
    call_command("connect_provider", str(account.pk), "twilio", "--set", *TWILIO, stdout=io.StringIO())
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


def test_rotate_encryption_goes_on_past_a_secret_that_does_not_open(account, sealed):
    Connection.objects.update(sealed_secrets="gone:AAAA")
    with pytest.raises(CommandError, match="1 could not be opened"):
        run("rotate_encryption", stderr=io.StringIO())
    assert type(sealed[1]).objects.get().sealed_secret.startswith("new:")


def test_rotate_encryption_can_be_tried_first(sealed):
    assert "1 would be sealed anew" in run("rotate_encryption", "--dry-run")
    assert Connection.objects.get(pk=sealed[0].pk).sealed_secrets.startswith("old:")


NAMED = ("https://id.example.com/", "live-platform")


def test_trust_issuer_makes_an_issuer_whose_tokens_open(account, tmp_path):
    (tmp_path / "key.pem").write_text(public_pem("ES256"))
    tokens.clear_cache()
    run("trust_issuer", account.pk, *NAMED, "--algorithm", "ES256", "--public-key", tmp_path / "key.pem")
    principal = tokens.authenticate(token("ES256", scope="read:live write:live"))
    assert (principal.account_id, principal.scopes) == (account.pk, {"read:live"})


def test_trust_issuer_again_changes_it(account, tmp_path):
    (tmp_path / "secret").write_text(SECRET + "\n")
    run("trust_issuer", account.pk, *NAMED, "--jwks-url", "https://id.example.com/jwks")
    run("trust_issuer", account.pk, *NAMED, "--algorithm", "HS256", "--secret", tmp_path / "secret")
    row = JwtIssuer.objects.get()
    assert (row.algorithm, row.secret, row.jwks_url) == ("HS256", SECRET, "")


@pytest.mark.parametrize(
    "wrong",
    [
        (),
        ("--algorithm", "HS256"),
        ("--jwks-url", "http://169.254.169.254/jwks"),
        ("--algorithm", "HS256", "--jwks-url", "https://id.example.com/jwks"),
    ],
)
def test_trust_issuer_refuses_what_the_admin_refuses(account, wrong):
    with pytest.raises(CommandError):
        run("trust_issuer", account.pk, *NAMED, *wrong)
    assert not JwtIssuer.objects.exists()


def test_an_issuer_of_another_account_is_not_taken_over(account):
    issuer(Account.objects.exclude(pk=account.pk).first())
    with pytest.raises(CommandError):
        run("trust_issuer", account.pk, *NAMED, "--jwks-url", "https://id.example.com/jwks")
    assert JwtIssuer.objects.get().account != account
