"""Rate limits: per principal and account, exact under concurrency, and still there without Redis."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest
from django.test import Client

from liveplatform.accounts.keys import clear_cache, make_key
from liveplatform.accounts.models import Account
from liveplatform.api import throttling
from tests.support.api_client import ApiClient
from tests.support.concurrency import at_once

PATH = "/v1/live/calls"
NO_CALL = "/v1/calls/0d9a3f0e-0000-4000-8000-000000000000/end"


@pytest.fixture(autouse=True)
def limited(settings):
    settings.API_RATE_PER_MINUTE = 5
    throttling.forget()
    yield
    throttling.forget()


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
    settings.API_RATE_PER_MINUTE = settings.API_ACCOUNT_RATE_PER_MINUTE = 0
    settings.REDIS_URL = "redis://nowhere.invalid:1/0"
    assert statuses(api, 10) == {200: 10}


def test_every_answer_tells_what_is_left(api):
    first, second = api("GET", PATH), api("GET", PATH)
    assert (first["RateLimit-Limit"], first["RateLimit-Remaining"]) == ("5", "4")
    assert second["RateLimit-Remaining"] == "3"
    assert 1 <= int(first["RateLimit-Reset"]) <= 60
    assert first["RateLimit-Policy"] == "5;w=60"
    statuses(api, 3)
    refused = api("GET", PATH)
    assert (refused["RateLimit-Remaining"], refused["Retry-After"]) == ("0", refused["RateLimit-Reset"])
    assert "API key" not in refused.json()["message"]
    assert "The key has made its 5 requests" in refused.json()["message"]


def test_the_keys_of_an_account_are_counted_together_too(api, settings):
    settings.API_ACCOUNT_RATE_PER_MINUTE = 8
    other = ApiClient(api.account)
    assert statuses(api, 9) == {200: 5, 429: 4}
    assert statuses(other, 9) == {200: 3, 429: 6}, "what the first key was refused does not count"
    answer = other("GET", PATH)
    assert "The account has made its 8 requests" in answer.json()["message"]
    assert (answer["RateLimit-Limit"], answer["RateLimit-Policy"]) == ("8", "5;w=60, 8;w=60")
    stranger = ApiClient(Account.objects.create(name="neighbour"))
    assert statuses(stranger, 1) == {200: 1}
    assert statuses(other, 2, "POST", NO_CALL) == {404: 2}, "ending is not limited"


def test_an_account_may_have_limits_of_its_own(api):
    Account.objects.filter(pk=api.account.pk).update(key_rate_limit=2, rate_limit=3)
    clear_cache()
    assert statuses(api, 3) == {200: 2, 429: 1}
    assert statuses(ApiClient(api.account), 2) == {200: 1, 429: 1}
    Account.objects.filter(pk=api.account.pk).update(key_rate_limit=0, rate_limit=0)
    clear_cache()
    assert statuses(api, 9) == {200: 9}
    assert "RateLimit-Limit" not in api("GET", PATH)
    shown = api("GET", "/v1/account").json()
    assert (shown["key_rate_limit"], shown["rate_limit"]) == (0, 0)


def test_there_are_limits_unless_they_are_switched_off():
    values = subprocess.run(
        [
            sys.executable,
            "-c",
            "from liveplatform import settings as s;"
            "print(s.API_RATE_PER_MINUTE, s.API_ACCOUNT_RATE_PER_MINUTE)",
        ],
        env={name: value for name, value in os.environ.items() if not name.startswith("API_")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert values.split() == ["600", "3000"]


@pytest.mark.django_db(transaction=True)
def test_two_hundred_at_once_are_counted_exactly(settings):
    settings.API_RATE_PER_MINUTE = 70
    _, key = make_key(Account.objects.create(name="tenant"))

    def ask(_: int) -> list[int]:
        client = Client(headers={"Authorization": f"Bearer {key}"})
        return [client.get(PATH).status_code for _ in range(5)]

    answers = Counter(status for answers in at_once(40, ask) for status in answers)
    assert answers == {200: 70, 429: 130}


def test_without_redis_each_process_counts_and_ends_pass(api, settings):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.REDIS_URL = f"redis://127.0.0.1:{closed.getsockname()[1]}/0"
    assert statuses(api, 10) == {200: 5, 429: 5}
    assert statuses(api, 10, "POST", NO_CALL) == {404: 10}


def test_a_frozen_redis_delays_requests_only_briefly(api, settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        held: list[socket.socket] = []
        threading.Thread(target=accept, args=(silent, held), daemon=True).start()
        began = time.monotonic()
        assert statuses(api, 5) == {200: 5}
        assert time.monotonic() - began < 1, "one time-out, then Redis is left alone for a while"


def accept(server: socket.socket, held: list[socket.socket]) -> None:
    while True:
        try:
            held.append(server.accept()[0])
        except OSError:
            return
