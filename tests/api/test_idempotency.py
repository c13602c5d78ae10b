"""Idempotency-Key: one effect and one answer, for one principal at one route."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from liveplatform.accounts import keys, tokens
from liveplatform.accounts.models import Account, ApiKey
from liveplatform.api import idempotency
from liveplatform.api.models import IdempotencyRecord
from tests.support.api_client import ApiClient
from tests.support.jwt_issuer import issuer, token

pytestmark = pytest.mark.urls("tests.support.probe_views")
BODY = {"name": "made"}


def made() -> int:
    return Account.objects.filter(name__startswith="made ").count()


@pytest.mark.parametrize("path", ["/accounts", "/loose"])
def test_the_same_request_again_has_one_effect_and_one_answer(api, path):
    first = api("POST", path, BODY, Idempotency_Key="k")
    again = api("POST", path, BODY, Idempotency_Key="k")

    assert made() == 1
    assert (again.status_code, again.content) == (first.status_code, first.content) == (201, first.content)
    assert again["Content-Type"] == first["Content-Type"] == "application/json"
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert first["Location"] == "/here"


def test_an_answer_is_the_same_with_and_without_a_key(api):
    bare, keyed = api("POST", "/accounts", BODY), api("POST", "/accounts", BODY, Idempotency_Key="k")
    assert set(bare.json()) == set(keyed.json())
    assert bare["Content-Type"] == keyed["Content-Type"]


def test_without_a_key_there_is_no_record_and_no_query_for_one(api, django_assert_num_queries):
    api("POST", "/loose", BODY)
    with django_assert_num_queries(1):
        api("POST", "/loose", BODY)
    assert not IdempotencyRecord.objects.exists()


def test_another_body_under_the_same_key_is_422(api):
    api("POST", "/accounts", BODY, Idempotency_Key="k")
    answer = api("POST", "/accounts", {"name": "other"}, Idempotency_Key="k")
    assert (answer.status_code, answer.json()["error"]) == (422, "idempotency_key_reused")
    assert not Account.objects.filter(name="other").exists()


def test_the_same_key_at_another_route_is_independent(api):
    api("POST", "/accounts", BODY, Idempotency_Key="k")
    assert api("POST", "/loose", BODY, Idempotency_Key="k").status_code == 201
    assert made() == 2


def test_a_get_takes_no_key(api):
    assert api("GET", "/accounts", Idempotency_Key="k").status_code == 200
    assert not IdempotencyRecord.objects.exists()


@pytest.mark.parametrize("key", ["", "k" * 256, "tab\tkey", "é"])
def test_an_improper_key_is_400(api, key):
    assert api("POST", "/accounts", BODY, Idempotency_Key=key).status_code == 400
    assert made() == 0


@pytest.mark.parametrize("key", ["k", " k k ", "k" * 255, "~!@#'\"\\;--"])
def test_a_proper_key_is_taken(api, key):
    assert api("POST", "/accounts", BODY, Idempotency_Key=key).status_code == 201
    assert api("POST", "/accounts", BODY, Idempotency_Key=key)["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(
    ("then", "status"), [("crash", 500), ("database", 503), ("key", 503), ("throttle", 429), ("fail", 502)]
)
def test_5xx_and_429_are_not_stored(api, then, status):
    body = BODY | {"then": then}
    for _ in range(2):
        answer = api("POST", "/accounts", body, Idempotency_Key="k")
        assert answer.status_code == status
        assert "Idempotency-Replayed" not in answer
    assert not IdempotencyRecord.objects.exists()


def test_a_4xx_is_stored_and_its_effect_rolled_back(api):
    body = BODY | {"then": "conflict"}
    first, again = (api("POST", "/accounts", body, Idempotency_Key="k") for _ in range(2))
    assert (first.status_code, again.content) == (409, first.content)
    assert again["Idempotency-Replayed"] == "true"
    assert made() == 0


@pytest.mark.parametrize("then", ["crash", "database", "throttle"])
def test_a_failure_inside_a_transaction_has_no_effect(api, then):
    api("POST", "/accounts", BODY | {"then": then})
    assert made() == 0


def test_another_account_never_gets_the_stored_response(api):
    secret = api("POST", "/accounts", BODY, Idempotency_Key="k").json()["id"]
    stranger = ApiClient(Account.objects.exclude(pk=api.account.pk).first())
    answer = stranger("POST", "/accounts", BODY, Idempotency_Key="k")
    assert answer.status_code == 201
    assert answer.json()["id"] != secret


def test_another_key_of_the_account_never_gets_the_stored_response(api):
    api("POST", "/accounts", BODY, Idempotency_Key="k")
    answer = ApiClient(api.account)("POST", "/accounts", BODY, Idempotency_Key="k")
    assert "Idempotency-Replayed" not in answer
    assert made() == 2


def test_each_subject_and_issuer_is_a_principal(api):
    tokens.clear_cache()
    issuer(api.account)
    issuer(api.account, audience="second")
    long = "u" * 100
    bearers = [{}, {"aud": "second"}, {"sub": long + "1"}, {"sub": long + "2"}, {"sub": api.key.public_id}]
    for changed in bearers:
        bearer = f"Bearer {token(scope='write:live', **changed)}"
        answer = api("POST", "/accounts", BODY, Idempotency_Key="k", Authorization=bearer)
        assert answer.status_code == 201
        assert "Idempotency-Replayed" not in answer
    assert made() == len(bearers)


def test_a_key_without_the_scope_gets_no_stored_response(api):
    api("POST", "/accounts", BODY, Idempotency_Key="k")
    ApiKey.objects.filter(pk=api.key.pk).update(scopes=["read:live"])
    keys.clear_cache()
    assert api("POST", "/accounts", BODY, Idempotency_Key="k").status_code == 403


def test_answers_are_sealed_in_their_record(api):
    answer = api("POST", "/accounts", {"name": "canary-words"}, Idempotency_Key="k")
    assert b"canary-words" in answer.content
    record = IdempotencyRecord.objects.get()
    assert b"canary" not in bytes(record.body) + bytes(record.fingerprint)


def test_a_response_moved_to_another_record_does_not_open(api):
    api("POST", "/accounts", {"name": "one"}, Idempotency_Key="1")
    api("POST", "/accounts", {"name": "two"}, Idempotency_Key="2")
    body = IdempotencyRecord.objects.get(key="1").body
    IdempotencyRecord.objects.filter(key="2").update(body=bytes(body))
    answer = api("POST", "/accounts", {"name": "two"}, Idempotency_Key="2")
    assert answer.status_code == 409
    assert b"one" not in answer.content.replace(b"longer", b"")


def running(key: str, age: timedelta) -> None:
    """Make an answered record one whose process is at work since `age`, or died."""
    IdempotencyRecord.objects.filter(key=key).update(
        status=None,
        body=None,
        locked_until=timezone.now() + timedelta(seconds=idempotency.LOCK_SECONDS) - age,
    )


def test_a_request_that_still_runs_is_409(api):
    api("POST", "/accounts", BODY, Idempotency_Key="k")
    running("k", timedelta(seconds=30))
    assert api("POST", "/accounts", BODY, Idempotency_Key="k").status_code == 409
    assert made() == 1


def test_a_key_is_free_again_some_time_after_a_crash(api):
    api("POST", "/accounts", BODY, Idempotency_Key="k")
    running("k", timedelta(seconds=idempotency.LOCK_SECONDS + 1))
    assert api("POST", "/accounts", BODY, Idempotency_Key="k").status_code == 201
    assert made() == 2


def test_after_a_day_a_key_is_fresh(api):
    api("POST", "/accounts", BODY, Idempotency_Key="k")
    IdempotencyRecord.objects.update(
        created_at=F("created_at") - timedelta(hours=idempotency.RETENTION_HOURS, seconds=1)
    )
    assert api("POST", "/accounts", {"name": "new"}, Idempotency_Key="k").status_code == 201
