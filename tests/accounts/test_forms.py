"""The admin's forms refuse invalid connections and issuers."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from liveplatform.accounts import keys
from liveplatform.accounts.connections import upsert_connection
from liveplatform.accounts.models import Connection, JwtIssuer
from tests.support.jwt_issuer import SECRET, private_pem, public_pem

CANARY = "canary-auth-token"


@pytest.fixture
def staff(db) -> Client:
    keys.clear_cache()
    client = Client()
    client.force_login(User.objects.create_superuser("staff"))
    return client


def post(client: Client, path: str, **data: object):
    return client.post(f"/admin/accounts/{path}", data, follow=True)


def page(client: Client, path: str) -> str:
    answer = client.get(f"/admin/accounts/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


CONNECTION = {"provider": "twilio", "is_default": "on", "options": '{"account_sid": "AC1"}'}


@pytest.mark.parametrize(
    "changed",
    [
        {"secrets": ""},
        {"secrets": "[]"},
        {"secrets": '{"colour": "red"}'},
        {"secrets": '{"auth_token": ""}'},
        {"secrets": '{"auth_token": 7}'},
        {"options": "{}"},
        {"options": '{"account_sid": "AC1", "auth_token": "in the open"}'},
    ],
)
def test_a_wrong_connection_is_not_saved(staff, account, changed):
    data = CONNECTION | {"account": account.pk, "secrets": f'{{"auth_token": "{CANARY}"}}'} | changed
    assert b"errornote" in post(staff, "connection/add/", **data).content
    assert not Connection.objects.filter(account=account).exists()


def test_a_livekit_connection_needs_its_address(staff, account):
    data = CONNECTION | {"provider": "livekit", "options": '{"api_key": "k"}', "account": account.pk}
    data["secrets"] = f'{{"api_secret": "{CANARY}"}}'
    assert b"address of its server" in post(staff, "connection/add/", **data).content
    post(staff, "connection/add/", base_url="http://10.0.0.7:7880", **data)
    assert Connection.objects.get(account=account).base_url == "http://10.0.0.7:7880"


def test_one_connection_too_many_is_not_saved(staff, account, settings):
    settings.MAX_CONNECTIONS = 1
    data = CONNECTION | {"account": account.pk, "secrets": f'{{"auth_token": "{CANARY}"}}'}
    post(staff, "connection/add/", **data)
    answer = post(staff, "connection/add/", **data | {"options": '{"account_sid": "AC2"}', "is_default": ""})
    assert b"The account has 1 connections; delete one first." in answer.content
    (saved,) = Connection.objects.filter(account=account)
    post(staff, f"connection/{saved.pk}/change/", **data | {"name": "renamed", "confirm": "on"})
    saved.refresh_from_db()
    assert saved.name == "renamed", "those that are there can be changed"


ISSUER = {"issuer": "https://id.example.com/", "audience": "x", "scopes": ["read:live"], "is_active": "on"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"algorithm": "HS256"},
        {"algorithm": "HS256", "secret": "short"},
        {"algorithm": "HS256", "secret": SECRET, "public_key": "x"},
        {"algorithm": "RS256"},
        {"algorithm": "RS256", "public_key": "not a key"},
        {"algorithm": "ES256", "public_key": public_pem("RS256")},
        {"algorithm": "ES256", "public_key": private_pem("ES256")},
        {"algorithm": "RS256", "public_key": public_pem("RS256"), "jwks_url": "https://id.example.com/jwks"},
        {"algorithm": "RS256", "jwks_url": "https://127.0.0.1/jwks"},
        {"algorithm": "none"},
    ],
)
def test_a_wrong_issuer_is_not_saved(staff, account, wrong):
    assert b"errornote" in post(staff, "jwtissuer/add/", account=account.pk, **ISSUER, **wrong).content
    assert not JwtIssuer.objects.exists()


def test_another_address_asks_for_the_secrets_again(staff, account):
    """Whoever may edit a connection and not see its secret could else have it sent to a server of their own."""
    made = upsert_connection(account, "twilio", {"account_sid": "AC1", "auth_token": CANARY})
    path, elsewhere = f"connection/{made.pk}/change/", {"base_url": "https://evil.example.com"}
    answer = post(staff, path, **CONNECTION | elsewhere | {"secrets": ""})
    assert answer.context["adminform"].form.errors.keys() == {"secrets"}
    assert b"With another base_url, give auth_token again." in answer.content
    made.refresh_from_db()
    assert made.base_url == ""

    sent = CONNECTION | elsewhere | {"secrets": '{"auth_token": "of the new server"}', "confirm": "on"}
    post(staff, path, **sent)
    made.refresh_from_db()
    assert (made.base_url, made.credentials()["auth_token"]) == (elsewhere["base_url"], "of the new server")
    assert post(staff, path, **CONNECTION | elsewhere | {"secrets": "", "name": "n"}).status_code == 200
    made.refresh_from_db()
    assert made.name == "n"
