"""Idempotency-Key under real concurrency: threads with their own connections to PostgreSQL."""

from collections import Counter
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone

from liveplatform.accounts.models import Account
from liveplatform.api.models import IdempotencyRecord
from tests.support.api_client import ApiClient
from tests.support.concurrency import at_once
from tests.support.probe_views import AccountViewSet

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.support.probe_views")]
BODY = {"name": "made"}


@pytest.fixture
def api(transactional_db) -> ApiClient:
    return ApiClient(Account.objects.create(name="tenant"))


def made() -> int:
    return Account.objects.filter(name__startswith="made ").count()


@pytest.mark.parametrize("path", ["/accounts", "/loose"])
def test_fifty_at_once_under_one_key_have_one_effect(api, path):
    answers = at_once(50, lambda _: api("POST", path, BODY, Idempotency_Key="k"))

    assert made() == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    fresh = [a for a in answers if a.status_code == 201 and "Idempotency-Replayed" not in a]
    assert len(fresh) == 1


def test_fifty_at_once_without_a_key_are_fifty(api):
    answers = at_once(50, lambda _: api("POST", "/accounts", BODY))
    assert Counter(answer.status_code for answer in answers) == {201: 50}
    assert made() == 50


def test_one_key_with_two_bodies_at_once_is_201_409_or_422(api):
    bodies = [{"name": "made"}, {"name": "made", "more": 1}]
    answers = at_once(50, lambda number: api("POST", "/accounts", bodies[number % 2], Idempotency_Key="k"))
    assert made() == 1
    assert {answer.status_code for answer in answers} <= {201, 409, 422}
    assert 422 in {answer.status_code for answer in answers}


def test_one_key_in_two_accounts_at_once_is_two_effects(api):
    other = ApiClient(Account.objects.create(name="other tenant"))
    clients = [api, other]
    answers = at_once(50, lambda number: clients[number % 2]("POST", "/accounts", BODY, Idempotency_Key="k"))
    assert made() == 2
    for answers_of_one in (answers[::2], answers[1::2]):
        assert len({a.content for a in answers_of_one if a.status_code == 201}) == 1


def test_crashes_at_once_leave_the_key_free(api):
    body = BODY | {"then": "crash"}
    answers = at_once(20, lambda _: api("POST", "/accounts", body, Idempotency_Key="k"))
    assert {answer.status_code for answer in answers} <= {500, 409}
    assert not IdempotencyRecord.objects.exists()
    assert made() == 0


def slowly(api: ApiClient, path: str, answers: list) -> Thread:
    """A request that is inside its view when this returns, and stays there until `AccountViewSet.go_on`."""
    AccountViewSet.running.clear()
    AccountViewSet.go_on.clear()

    def ask() -> None:
        answers.append(api("POST", path, BODY | {"then": "wait"}, Idempotency_Key="k"))
        connection.close()

    thread = Thread(target=ask)
    thread.start()
    assert AccountViewSet.running.wait(10)
    return thread


def test_while_one_runs_the_same_key_is_409(api):
    answers: list = []
    thread = slowly(api, "/accounts", answers)
    assert api("POST", "/accounts", BODY | {"then": "wait"}, Idempotency_Key="k").status_code == 409
    assert api("POST", "/accounts", BODY, Idempotency_Key="k").status_code == 422
    AccountViewSet.go_on.set()
    thread.join()
    assert answers[0].status_code == 201


@pytest.mark.parametrize(("path", "effects", "status"), [("/accounts", 0, 409), ("/loose", 1, 201)])
def test_a_request_that_lost_its_reservation_stores_nothing(api, path, effects, status):
    """It ran for so long that its lock ran out, and another request took the key."""
    answers: list = []
    thread = slowly(api, path, answers)
    later = timezone.now() + timedelta(seconds=60)
    IdempotencyRecord.objects.update(locked_until=later)
    AccountViewSet.go_on.set()
    thread.join()

    assert answers[0].status_code == status
    assert made() == effects, "inside a transaction the effect goes with the answer"
    assert IdempotencyRecord.objects.get().status is None
