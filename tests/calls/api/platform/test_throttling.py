"""Concurrent exports are limited per process."""

import gc

import pytest

from calls.api.platform import throttling
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
    open_ones = start_exports(throttling.MAX_ACTIVE)
    (refused,) = start_exports()
    assert refused.status_code == 429
    assert refused["Retry-After"] in ("10", "11")
    for answer in open_ones:
        answer.close()
        answer.close()
    assert {answer.status_code for answer in start_exports(throttling.MAX_ACTIVE)} == {200}
    assert start_exports()[0].status_code == 429


def test_a_response_dropped_unread_frees_its_slot(api, calls):
    for _ in range(throttling.MAX_ACTIVE + 1):
        assert api("GET", "/v1/calls/export").status_code == 200
        gc.collect()  # the test client ties its answers to themselves


def test_an_unread_response_loses_its_slot_in_time(start_exports, monkeypatch):
    kept = start_exports(throttling.MAX_ACTIVE)
    assert start_exports()[0].status_code == 429
    monkeypatch.setattr(throttling, "IDLE_TIMEOUT", 0.0)
    assert [answer.status_code for answer in (*kept, *start_exports(9))] == [200] * 11


def test_stalled_clients_give_way_up_to_a_limit(start_exports, monkeypatch):
    monkeypatch.setattr(throttling, "IDLE_TIMEOUT", 0.0)
    for _ in range(throttling.MAX_OPEN):
        (answer,) = start_exports()
        next(iter(answer.streaming_content))
    assert start_exports()[0].status_code == 429


def test_a_head_request_takes_no_slot(api, calls):
    for _ in range(throttling.MAX_ACTIVE + 1):
        assert api("HEAD", "/v1/calls/export").status_code == 200
    assert len(csv_export(api)) == 10
