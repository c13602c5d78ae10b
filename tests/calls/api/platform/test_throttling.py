"""Concurrent exports are limited per account and process."""

import gc

import pytest

from calls.api.platform import throttling
from liveplatform.accounts.models import Account
from tests.support.api_client import ApiClient
from tests.support.export import csv_export


@pytest.fixture
def start_exports(api, calls):
    """Exports that are asked for and not read; closed when the test is over."""
    asked = []

    def ask(count=1):
        asked.extend(api("GET", "/v1/calls/export") for _ in range(count))
        return asked[-count:]

    yield ask
    for answer in asked:
        answer.close()


def test_concurrent_exports_are_limited_until_one_is_closed(start_exports):
    open_ones = start_exports(throttling.MAX_PER_ACCOUNT)
    (refused,) = start_exports()
    assert (refused.status_code, refused.json()["error"]) == (429, "too_many_exports")
    assert int(refused["Retry-After"]) >= 1
    for answer in open_ones:
        answer.close()
        answer.close()
    assert {answer.status_code for answer in start_exports(throttling.MAX_PER_ACCOUNT)} == {200}
    assert start_exports()[0].status_code == 429


def test_another_account_exports_meanwhile(start_exports):
    start_exports(throttling.MAX_PER_ACCOUNT)
    other = ApiClient(Account.objects.create(name="another one"))
    answer = other("GET", "/v1/calls/export")
    assert answer.status_code == 200
    answer.close()


def test_all_accounts_together_are_limited(start_exports, monkeypatch):
    monkeypatch.setattr(throttling.EXPORTS, "total", 1)
    start_exports()
    other = ApiClient(Account.objects.create(name="another one"))
    assert other("GET", "/v1/calls/export").status_code == 429


def test_a_response_dropped_unread_frees_its_place(api, calls):
    for _ in range(throttling.MAX_PER_ACCOUNT + 1):
        assert api("GET", "/v1/calls/export").status_code == 200
        gc.collect()  # the test client ties its answers to themselves


def test_a_head_request_takes_no_place(api, calls):
    for _ in range(throttling.MAX_PER_ACCOUNT + 1):
        assert api("HEAD", "/v1/calls/export").status_code == 200
    assert len(csv_export(api)) == 10
