"""Apps over REST: nested where one is made, flat in the list; the account is the key's own."""

import pytest

from liveplatform.accounts.models import Account
from sessions_app.livestreams.apps import create_app
from sessions_app.models import App
from tests.support.api_client import ApiClient
from tests.support.factories import phone_connection


@pytest.fixture
def base(account):
    return f"/client/v4/accounts/{account.account_id}/realtime/kit"


def test_create_and_list(api, base):
    made = api("POST", f"{base}/apps", {"name": "one", "unknown": 1})
    body = made.json()
    assert made.status_code == 201 and body["data"].keys() == {"app"}
    assert body["data"]["app"].keys() == {"id", "name", "created_at"} and len(body["data"]["app"]["id"]) == 32
    api("POST", f"{base}/apps", {"name": "two"})
    listed = api("GET", f"{base}/apps?sort_order=ASC").json()
    assert [app["name"] for app in listed["data"]] == ["one", "two"]
    assert listed["paging"] == {"total_count": 2, "start_offset": 1, "end_offset": 2}
    assert [app["name"] for app in api("GET", f"{base}/apps?search=TW").json()["data"]] == ["two"]


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": None}, {"name": 1}, {"name": "x" * 201}], ids=str
)
def test_a_name_is_needed(api, base, body):
    answer = api("POST", f"{base}/apps", body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 400)
    assert answer.json()["error"]["message"].startswith("BAD_REQUEST: name")


def test_its_connection_is_ones_own_and_broadcasts(api, base, account, connection):
    made = api("POST", f"{base}/apps", {"name": "one", "connection_id": str(connection.pk)})
    assert App.objects.get(pk=made.json()["data"]["app"]["id"]).connection == connection
    phone = phone_connection(account)
    for wrong in (str(phone.pk), "01a1fc09-0000-7000-8000-000000000009", "x"):
        answer = api("POST", f"{base}/apps", {"name": "one", "connection_id": wrong})
        assert answer.status_code == 400 and "connection_id" in answer.json()["error"]["message"]


def test_another_accounts_app_is_404_under_ones_own_account(api, base):
    theirs = create_app(_another().pk, "theirs")
    assert api("GET", f"{base}/{theirs.app_id}/meetings").status_code == 404
    assert api("GET", f"{base}/apps").json()["data"] == []


def test_another_account_in_the_path_is_404(api, base):
    answer = api("GET", f"/accounts/{_another().account_id}/realtime/kit/apps")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, 7003)
    assert answer.json()["error"]["message"].endswith("the account_id in the path must be the key's own.")


def test_without_a_key_and_without_the_scope(api, base):
    for answer, status in (
        (ApiClient(api.account, ("read:live",))("POST", f"{base}/apps", {"name": "x"}), 403),
        (api("GET", f"{base}/apps", Authorization="Bearer x"), 401),
    ):
        body = answer.json()
        assert answer.status_code == status and body["success"] is False
        assert body["errors"][0]["code"] == 10000 and body["messages"] == [] and body["result"] is None


def _another():
    return Account.objects.get(name="another tenant")
