"""The admin of accounts: the text of a key is shown once, secrets are write-only."""

import html
import re

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from liveplatform.accounts import keys
from liveplatform.accounts.connections import upsert_connection
from liveplatform.accounts.keys import authenticate, make_key
from liveplatform.accounts.models import Account, ApiKey, Connection, JwtIssuer
from liveplatform.admin.models import StaffAction
from tests.support.admin_pages import act
from tests.support.jwt_issuer import SECRET, issuer
from tests.support.sandbox import SECRET as RIGHT
from tests.support.sandbox import sandbox, sandbox_url

__all__ = ["sandbox", "sandbox_url"]

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


@pytest.mark.parametrize("model", ["account", "apikey", "jwtissuer", "connection"])
def test_lists_and_forms_open(staff, account, model, django_assert_max_num_queries):
    for number in range(3):
        make_key(account, name=f"key {number}")
        issuer(account, audience=f"audience {number}")
    with django_assert_max_num_queries(9):
        page(staff, f"{model}/")
    if model != "account":
        page(staff, f"{model}/add/")


def test_a_new_account_has_its_ids(staff):
    post(staff, "account/add/", name="Acme", is_active="on", call_join_limit=3600, stream_time_limit=14400)
    made = Account.objects.get(name="Acme")
    assert made.auth_id in page(staff, f"account/{made.pk}/change/")


def test_a_new_keys_text_is_shown_once(staff, account):
    answer = post(staff, "apikey/add/", account=account.pk, name="ci", scopes=["read:live"])
    text = re.search(r"lp_[\w-]+", answer.content.decode()).group()
    assert authenticate(text).scopes == {"read:live"}
    made = ApiKey.objects.get(name="ci")
    assert text not in page(staff, "apikey/") + page(staff, f"apikey/{made.pk}/change/")


def test_keys_are_rotated_and_revoked(staff, account):
    key, text = make_key(account, name="ci")
    shown = act(staff, "accounts/apikey", "rotate", key)
    assert authenticate(re.search(r"lp_[\w-]+", shown).group())
    act(staff, "accounts/apikey", "revoke", key)
    assert authenticate(text) is None


CONNECTION = {"provider": "twilio", "is_default": "on", "options": '{"account_sid": "AC1"}'}


def test_a_connections_secrets_are_write_only(staff, account):
    post(staff, "connection/add/", account=account.pk, secrets=f'{{"auth_token": "{CANARY}"}}', **CONNECTION)
    made = Connection.objects.get(account=account)
    assert made.credentials() == {"account_sid": "AC1", "auth_token": CANARY}
    shown = page(staff, f"connection/{made.pk}/change/") + page(staff, "connection/")
    assert CANARY not in shown
    assert made.sealed_secrets not in shown


def test_a_connection_saved_without_secrets_keeps_them(staff, account):
    made = upsert_connection(account, "twilio", {"account_sid": "AC0", "auth_token": CANARY})
    post(staff, f"connection/{made.pk}/change/", secrets="", **CONNECTION)
    changed = Connection.objects.get(pk=made.pk)
    assert changed.credentials() == {"account_sid": "AC1", "auth_token": CANARY}


class TestCredentialsAreTried:
    """The sandbox is asked over HTTP."""

    @pytest.fixture
    def given(self, sandbox, sandbox_url, account) -> dict[str, object]:
        sandbox.set_secret("ACtried", RIGHT)
        options = '{"account_sid": "ACtried"}'
        return CONNECTION | {"account": account.pk, "options": options, "base_url": sandbox_url}

    def saved(self, staff, given, path="add/", token=RIGHT):
        return post(
            staff, f"connection/{path}", secrets=f'{{"auth_token": "{token}"}}', confirm="on", **given
        )

    def test_when_a_connection_is_made_and_by_check(self, staff, given, sandbox, account):
        answer = self.saved(staff, given)
        assert "Credentials: accepted by the provider." in answer.content.decode()
        made = Connection.objects.get(account=account)
        assert made.check_outcome == "accepted" and made.checked_at
        sandbox.set_secret("ACtried", "rotated-at-the-provider")
        shown = staff.post(f"/admin/accounts/connection/{made.pk}/check/", follow=True).content.decode()
        assert "Credentials: refused by the provider." in shown
        made.refresh_from_db()
        assert made.check_outcome == "refused" and made.check_message in html.unescape(shown)
        assert StaffAction.objects.filter(verb="check", subjects=[made.pk]).exists()

    def test_a_refused_new_connection_is_told(self, staff, given, account):
        answer = self.saved(staff, given, token="wrong")
        assert "Credentials: refused by the provider." in answer.content.decode()
        assert Connection.objects.get(account=account).check_outcome == "refused"

    def test_a_refused_secret_does_not_replace_one_that_works(self, staff, given, account):
        self.saved(staff, given)
        made = Connection.objects.get(account=account)
        answer = self.saved(staff, given, f"{made.pk}/change/", token="wrong")
        assert "The former credentials stay." in answer.content.decode()
        made.refresh_from_db()
        assert (made.credentials()["auth_token"], made.check_outcome) == (RIGHT, "accepted")

    def test_check_is_for_who_may_change_connections(self, staff, given, account):
        self.saved(staff, given)
        made = Connection.objects.get(account=account)
        reader = User.objects.create_user("reader", is_staff=True)
        reader.user_permissions.add(Permission.objects.get(codename="view_connection"))
        client = Client()
        client.force_login(reader)
        assert "/check/" not in page(client, f"connection/{made.pk}/change/")
        assert client.post(f"/admin/accounts/connection/{made.pk}/check/").status_code == 403


ISSUER = {"issuer": "https://id.example.com/", "audience": "x", "scopes": ["read:live"], "is_active": "on"}


def test_an_issuers_secret_is_write_only(staff, account):
    post(staff, "jwtissuer/add/", account=account.pk, algorithm="HS256", secret=SECRET, **ISSUER)
    made = JwtIssuer.objects.get()
    assert made.secret == SECRET
    shown = page(staff, f"jwtissuer/{made.pk}/change/")
    assert SECRET not in shown
    assert made.sealed_secret not in shown

    post(staff, f"jwtissuer/{made.pk}/change/", algorithm="HS256", **ISSUER | {"audience": "y"})
    made.refresh_from_db()
    assert (made.secret, made.audience) == (SECRET, "y")


def test_the_account_of_a_sealed_row_cannot_be_changed(staff, account):
    made = upsert_connection(account, "twilio", {"account_sid": "AC1", "auth_token": CANARY})
    other = Account.objects.exclude(pk=account.pk).first()
    post(staff, f"connection/{made.pk}/change/", account=other.pk, secrets="", **CONNECTION)
    assert Connection.objects.get(pk=made.pk).account_id == account.pk
