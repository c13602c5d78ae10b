"""PlatformView: scopes, methods, transactions, throttling and error shapes by action."""

from uuid import uuid4

import pytest

from liveplatform.accounts.models import Account
from liveplatform.api import throttling
from tests.support.api_client import ApiClient
from tests.support.factories import phone_call

probe = pytest.mark.urls("tests.support.probe_views")


@pytest.mark.parametrize("query", ["host_user_id=%00", "cursor=%00", "status=%00"])
def test_a_nul_in_the_query_is_400(api, query):
    assert api("GET", f"/v1/live/calls?{query}").status_code == 400


def in_transaction(api, path: str, **headers: str) -> bool:
    """Whether a failing action's row is rolled back."""
    api("POST", path, {"name": "made", "then": "conflict"}, **headers)
    return not Account.objects.filter(name__startswith="made ").exists()


@probe
@pytest.mark.parametrize(
    ("path", "bare", "with_key"),
    [("/accounts", True, True), ("/loose", False, False), ("/keyed", False, True)],
)
def test_transactions_are_declared_by_action(api, path, bare, with_key):
    assert in_transaction(api, path, Idempotency_Key="k") is with_key
    Account.objects.filter(name__startswith="made ").delete()
    assert in_transaction(api, path) is bare


@probe
def test_a_url_of_two_surfaces_answers_each_action_in_its_shape(api):
    refused = ApiClient(api.account, ())
    assert set(refused("GET", "/mixed").json()) == {"error", "message", "help", "request_id"}
    assert set(refused("POST", "/mixed").json()) == {"status", "message", "data", "error"}


def test_an_action_that_is_not_throttled_goes_on_above_the_limit(api, settings):
    settings.API_RATE_PER_MINUTE = 1
    throttling._redis.cache_clear()
    call = phone_call(api.account)
    assert [api("GET", "/v1/api-keys").status_code for _ in range(2)] == [200, 429]
    assert api("POST", f"/v1/calls/{call.pk}/end").status_code == 200


def test_a_head_is_served_by_the_action_of_get(api):
    answer = api("HEAD", "/v1/api-keys")
    assert (answer.status_code, answer.content) == (200, b"")


def test_what_is_not_there_is_405_before_403(api):
    nobody = ApiClient(api.account, ())
    assert nobody("PUT", "/v1/api-keys").status_code == 405
    assert nobody("GET", f"/v1/api-keys/{uuid4()}").status_code == 405
    assert nobody("GET", "/v1/api-keys").status_code == 403
