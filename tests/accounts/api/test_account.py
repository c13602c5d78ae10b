"""`/v1/account`: an account reads and changes its own settings, and no other account's."""

import pytest

from liveplatform.accounts.models import Account
from tests.support.api_client import ApiClient
from tests.support.factories import phone_call


def test_an_account_sees_and_changes_its_own_settings(api):
    assert api("GET", "/v1/account").json()["strict_errors"] is False
    answer = api("PATCH", "/v1/account", {"strict_errors": True, "call_time_limit": 600})
    assert answer.status_code == 200, answer.content
    assert api("GET", "/v1/account").json() == answer.json()
    assert answer.json()["id"] == str(api.account.pk)
    others = Account.objects.exclude(pk=api.account.pk)
    assert list(others.values_list("strict_errors", "call_time_limit")) == [(False, None)]


def test_strict_errors_tell_the_truth_about_ends(api):
    phone_call(api.account)
    unknown = {"call_id": "550e8400-e29b-41d4-a716-446655440000"}
    assert (api("POST", "/calls/end", unknown).status_code) == 200
    api("PATCH", "/v1/account", {"strict_errors": True})
    assert api("POST", "/calls/end", unknown).status_code == 404


@pytest.mark.parametrize("body", [{"name": "x"}, {"call_time_limit": 0}, {"strict_errors": "perhaps"}])
def test_bad_settings_are_refused_by_name(api, body):
    answer = api("PATCH", "/v1/account", body)
    assert answer.status_code == 400
    assert next(iter(body)) in answer.json()["message"]


def test_only_an_admin_changes_settings(account):
    assert ApiClient(account, ("read:live", "write:live"))("PATCH", "/v1/account", {}).status_code == 403
