"""The rate limit: exact under concurrency, per principal, and open when Redis is unreachable."""

import socket
import threading
import time
from collections import Counter

import pytest
from django.test import Client

from liveplatform.accounts.keys import make_key
from liveplatform.accounts.models import Account
from liveplatform.api import throttling
from tests.support.api_client import ApiClient
from tests.support.concurrency import at_once

PATH = "/v1/live/calls"
NO_CALL = "/v1/calls/0d9a3f0e-0000-4000-8000-000000000000/end"


@pytest.fixture(autouse=True)
def limited(settings):
    settings.API_RATE_PER_MINUTE = 5
    throttling._redis.cache_clear()
    yield
    throttling._redis.cache_clear()


def statuses(api, count: int, method: str = "GET", path: str = PATH, **headers: str) -> Counter:
    return Counter(api(method, path, **headers).status_code for _ in range(count))


def test_more_than_the_limit_is_429_with_retry_after(api):
    assert statuses(api, 5) == {200: 5}
    answer = api("GET", PATH)
    assert (answer.status_code, answer.json()["error"]) == (429, "rate_limited")
    assert 1 <= int(answer["Retry-After"]) <= 61


def test_keys_are_counted_separately(api):
    statuses(api, 6)
    assert statuses(ApiClient(api.account), 1) == {200: 1}


def test_x_forwarded_for_does_not_change_the_count(api):
    answers = [api("GET", PATH, X_Forwarded_For=f"198.51.100.{n}").status_code for n in range(10)]
    assert Counter(answers) == {200: 5, 429: 5}


def test_ending_a_call_is_never_throttled(api):
    statuses(api, 6)
    assert statuses(api, 10, "POST", NO_CALL) == {404: 10}
    assert statuses(api, 10, "POST", "/calls/end") == {200: 10}


def test_without_a_limit_redis_is_not_asked(api, settings):
    settings.API_RATE_PER_MINUTE = 0
    settings.REDIS_URL = "redis://nowhere.invalid:1/0"
    assert statuses(api, 10) == {200: 10}


@pytest.mark.django_db(transaction=True)
def test_two_hundred_at_once_are_counted_exactly(settings):
    settings.API_RATE_PER_MINUTE = 70
    _, key = make_key(Account.objects.create(name="tenant"))

    def ask(_: int) -> list[int]:
        client = Client(headers={"Authorization": f"Bearer {key}"})
        return [client.get(PATH).status_code for _ in range(5)]

    answers = Counter(status for answers in at_once(40, ask) for status in answers)
    assert answers == {200: 70, 429: 130}


def test_requests_pass_when_redis_is_unreachable(api, settings):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.REDIS_URL = f"redis://127.0.0.1:{closed.getsockname()[1]}/0"
    assert statuses(api, 10) == {200: 10}


def test_a_frozen_redis_delays_requests_only_briefly(api, settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        held: list[socket.socket] = []
        threading.Thread(target=accept, args=(silent, held), daemon=True).start()
        began = time.monotonic()
        assert statuses(api, 2) == {200: 2}
        assert time.monotonic() - began < 2


def accept(server: socket.socket, held: list[socket.socket]) -> None:
    while True:
        try:
            held.append(server.accept()[0])
        except OSError:
            return
