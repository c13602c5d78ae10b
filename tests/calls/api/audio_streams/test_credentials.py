"""Credentials as the SDKs send them, and the account in the path."""

from base64 import b64encode

import pytest
from django.test import Client

from liveplatform.accounts.models import Account
from tests.support.api_client import ApiClient
from tests.support.problems import code_of

pytestmark = pytest.mark.django_db


def basic(user: str, password: str) -> str:
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"


def asked(account: Account, path_id: str | None = None, **headers: str):
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    path = f"/api/v1/Account/{path_id or account.auth_id}/Call?status=live"
    return Client().get(path, headers=sent)


@pytest.fixture
def pair(api):
    return {"X_Auth_ID": api.account.auth_id, "X_Auth_Token": api.token}


def test_the_pair_is_accepted(api, pair):
    assert asked(api.account, **pair).status_code == 200


@pytest.mark.parametrize("extra", ["Bearer anything", "Bearer ", "Bearer a.b.c", "Basic !!!", "what"])
def test_beside_the_pair_authorization_is_ignored(api, pair, extra):
    """Vobiz' SDK sends a Bearer of its own with every request."""
    assert asked(api.account, Authorization=extra, **pair).status_code == 200


def test_on_other_surfaces_it_is_not(api, pair):
    answer = api("GET", "/v1/calls", Authorization="Bearer anything", X_Auth_Token=api.token)
    assert answer.status_code == 401


def test_basic_is_accepted(api):
    assert asked(api.account, Authorization=basic(api.account.auth_id, api.token)).status_code == 200


def test_bearer_is_accepted(api):
    assert asked(api.account, Authorization=f"Bearer {api.token}").status_code == 200


@pytest.mark.parametrize("path_id", [None, "MAAAAAAAAAAAAAAAAAAA"])
def test_an_id_that_is_not_the_keys_is_refused(api, path_id):
    wrong = "MAAAAAAAAAAAAAAAAAAA"
    for headers in (
        {"X_Auth_ID": wrong, "X_Auth_Token": api.token},
        {"Authorization": basic(wrong, api.token)},
    ):
        answer = asked(api.account, path_id, **headers)
        assert (answer.status_code, code_of(answer)) == (401, "conflicting_credentials")


def test_without_credentials_it_is_401_in_the_vendors_shape(api):
    for headers in ({}, {"X_Auth_ID": api.account.auth_id}, {"Authorization": "Basic !!!"}):
        answer = asked(api.account, **headers)
        assert answer.status_code == 401 and set(answer.json()) == {"api_id", "error"}


def test_another_accounts_path_is_not_told_from_one_that_is_not_there(api):
    theirs = Account.objects.create(name="theirs")
    answers = [
        asked(api.account, path_id, Authorization=f"Bearer {api.token}")
        for path_id in (theirs.auth_id, "MA" + "X" * 18, api.account.auth_id.lower(), "ü", "%00")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.json()["error"] for answer in answers}) == 1


def test_end_users_never_reach_it(account):
    assert ApiClient(account, ())("GET", f"/v1/Account/{account.auth_id}/Call").status_code == 403
