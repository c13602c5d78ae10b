"""Every form of credentials over HTTP; invalid ones are 401 with WWW-Authenticate."""

import base64
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from liveplatform.accounts import keys, tokens
from liveplatform.accounts.keys import make_key, revoke, rotate
from liveplatform.accounts.models import Account
from tests.support.jwt_issuer import issuer, token

PATH = "/v1/live/calls"


@pytest.fixture(autouse=True)
def fresh():
    keys.clear_cache()
    tokens.clear_cache()


def ask(path: str = PATH, **headers: str):
    return Client().get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


FORMS = {
    "bearer": lambda key, account: {"Authorization": f"Bearer {key}"},
    "bearer in lower case": lambda key, account: {"Authorization": f"bearer {key}"},
    "bearer with spaces": lambda key, account: {"Authorization": f"Bearer   {key} "},
    "token with its account": lambda key, account: {"X_Auth_ID": account.auth_id, "X_Auth_Token": key},
    "token alone": lambda key, account: {"X_Auth_Token": key},
    "basic with the account": lambda key, account: {"Authorization": basic(account.auth_id, key)},
    "basic with any user": lambda key, account: {"Authorization": basic("anything", key)},
    "basic without user": lambda key, account: {"Authorization": basic("", key)},
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_key_is_accepted_in_every_form(account, form):
    _, key = make_key(account)
    assert ask(**form(key, account)).status_code == 200


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_wrong_key_is_refused_in_every_form(account, form):
    _, key = make_key(account)
    assert_refused(ask(**form(key[:-1] + "!", account)))


def test_a_jwt_is_accepted(account):
    issuer(account)
    assert ask(Authorization=f"Bearer {token()}").status_code == 200


WRONG = {
    "nothing": {},
    "an empty header": {"Authorization": ""},
    "only a scheme": {"Authorization": "Bearer"},
    "another scheme": {"Authorization": "Digest username=x"},
    "no key at all": {"Authorization": "Bearer hello"},
    "an unknown key": {"Authorization": "Bearer lp_0123456789ab_secret"},
    "a key with a NUL": {"Authorization": "Bearer lp_\0_x"},
    "not ASCII": {"Authorization": "Bearer lp_é_x"},
    "an unknown token": {"Authorization": "Bearer " + token()},
    "dots": {"Authorization": "Bearer .."},
    "basic not base64": {"Authorization": "Basic !!!"},
    "basic not ASCII": {"Authorization": "Basic é"},
    "basic not UTF-8": {"Authorization": "Basic " + base64.b64encode(b"\xff:\xfe").decode()},
    "basic without colon": {"Authorization": "Basic " + base64.b64encode(b"lp_x_y").decode()},
    "basic with nothing": {"Authorization": "Basic "},
    "very long": {"Authorization": "Bearer lp_x_" + "x" * 60_000},
    "a very long token": {"Authorization": "Bearer a." + "x" * 60_000 + ".c"},
    "the wrong token header": {"X_Auth_Token": "x"},
}


@pytest.mark.parametrize("headers", WRONG.values(), ids=WRONG)
def test_invalid_credentials_are_401(db, headers):
    assert_refused(ask(**headers))


def assert_refused(answer) -> None:
    assert answer.status_code == 401, answer.content
    assert answer["WWW-Authenticate"] == 'Bearer realm="liveplatform"'
    assert answer.json()["error"].endswith("_credentials")
    assert answer.json()["message"]


def test_another_accounts_auth_id_beside_a_good_key_is_401(account):
    _, key = make_key(account)
    other = Account.objects.exclude(pk=account.pk).first()
    assert_refused(ask(X_Auth_ID=other.auth_id, X_Auth_Token=key))


def test_of_two_keys_the_scopes_of_x_auth_token_hold(account):
    (_, reading), (_, writing) = (
        make_key(account, scopes=["read:live"]),
        make_key(account, scopes=["write:live"]),
    )
    assert ask(X_Auth_Token=reading, Authorization=f"Bearer {writing}").status_code == 200
    assert ask(X_Auth_Token=writing, Authorization=f"Bearer {reading}").status_code == 403


@pytest.mark.parametrize("form", ["Bearer {}", "basic"])
def test_keys_of_two_accounts_beside_each_other_are_401(account, form):
    other = Account.objects.exclude(pk=account.pk).first()
    (_, key), (_, others) = make_key(account), make_key(other)
    answer = ask(
        X_Auth_Token=key, Authorization=basic("x", others) if form == "basic" else form.format(others)
    )
    assert_refused(answer)
    assert "two accounts" in answer.json()["message"]


def test_a_wrong_key_beside_a_good_one_is_401(account):
    _, key = make_key(account)
    assert_refused(ask(X_Auth_Token=key, Authorization=f"Bearer {key}!"))
    assert_refused(ask(X_Auth_Token=f"{key}!", Authorization=f"Bearer {key}"))


def test_expired_and_revoked_keys_are_401(account):
    _, expired = make_key(account, expires_at=timezone.now() - timedelta(seconds=1))
    gone, revoked = make_key(account)
    revoke(gone)
    for key in (expired, revoked):
        assert_refused(ask(Authorization=f"Bearer {key}"))


def test_both_keys_of_a_rotation_are_accepted(account):
    old, old_text = make_key(account)
    _, new_text = rotate(old)
    for key in (old_text, new_text):
        assert ask(Authorization=f"Bearer {key}").status_code == 200


def test_401_has_the_shape_of_the_surface(db):
    answer = ask("/calls/0d9a3f0e-0000-4000-8000-000000000000")
    assert answer.status_code == 401
    assert answer.json()["status"] == "error"
    assert answer.json()["data"] is None
    assert answer.json()["error"] == "missing_credentials"


def test_401_comes_before_the_body_is_read(db):
    answer = Client().post("/calls/end", b"{", content_type="text/plain")
    assert answer.status_code == 401


@pytest.mark.parametrize("path", ["/calls/end?a=%00", "/v1/calls/end?a=%00", "/v1/calls?a=%00"])
def test_401_comes_before_the_query_is_parsed(db, path):
    assert Client().post(path, b"{}", content_type="application/json").status_code == 401


def test_a_cached_key_needs_no_query(api, django_assert_num_queries):
    api("GET", PATH)
    with django_assert_num_queries(1):
        api("GET", PATH)
