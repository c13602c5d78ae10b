"""`/v1/account/callback-secret`: shown once, rotated, of the account alone."""

from liveplatform.accounts.models import CallbackSecret
from tests.support.api_client import ApiClient

PATH = "/v1/account/callback-secret"


def test_it_is_made_on_request_and_shown_once(api):
    assert api("GET", PATH).json() == {"created_at": None, "rotated_at": None}
    made = api("POST", PATH)
    assert made.status_code == 201, made.content
    assert len(made.json()["secret"]) == 40
    assert set(api("GET", PATH).json()) == {"created_at", "rotated_at"}
    row = CallbackSecret.objects.get()
    assert row.account_id == api.account.pk
    assert made.json()["secret"] not in row.sealed_secret and row.secret == made.json()["secret"]


def test_a_rotation_replaces_it(api):
    first, second = api("POST", PATH).json(), api("POST", PATH).json()
    assert (first["rotated_at"], second["rotated_at"] is not None) == (None, True)
    assert first["secret"] != second["secret"] == CallbackSecret.objects.get().secret


def test_only_an_admin_sees_or_rotates_it(account):
    client = ApiClient(account, ("read:live", "write:live"))
    assert {client(method, PATH).status_code for method in ("GET", "POST")} == {403}
