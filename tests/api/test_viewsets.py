"""PlatformViewSet: rows of the account alone, 404 for others, locks."""

from liveplatform.accounts.models import Account
from tests.support.api_client import ApiClient


def test_rows_are_bound_to_the_account(api):
    stranger = ApiClient(Account.objects.create(name="stranger"))
    listed = [row["id"] for row in api("GET", "/v1/api-keys").json()["api_keys"]]
    assert str(stranger.key.pk) not in listed
    answer = api("DELETE", f"/v1/api-keys/{stranger.key.pk}")
    assert (answer.status_code, answer.json()["message"]) == (
        404,
        "There is no such API key in this account.",
    )


def test_an_object_that_is_to_change_is_locked(api, django_assert_max_num_queries):
    credentials = {"account_sid": "AC1", "auth_token": "t"}
    body = {"provider": "twilio", "credentials": credentials}
    connected = api("POST", "/v1/connections", body).json()["id"]
    with django_assert_max_num_queries(10) as queries:
        assert api("PATCH", f"/v1/connections/{connected}", {"name": "n"}).status_code == 200
    assert any("FOR UPDATE" in query["sql"] for query in queries)
