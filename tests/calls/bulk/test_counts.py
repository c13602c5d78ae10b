"""Counts for customers: bounded in number and in time, and refused with a way out."""

import pytest

from calls.bulk import operations
from tests.support.factories import phone_call


@pytest.fixture
def dry_run(api, account):
    phone_call(account, provider_call_id="")

    def ask():
        return api("POST", "/v1/calls/bulk-end", {"all": True, "dry_run": True})

    return ask


def test_one_count_of_an_account_at_a_time(dry_run, account):
    with operations.COUNTS.hold(account.pk):
        refused = dry_run()
    assert (refused.status_code, refused.json()["error"]) == (503, "busy")
    assert dry_run().json() == {"would_end": 1}


def test_a_count_that_takes_too_long_is_stopped(dry_run, monkeypatch):
    class Slow:
        @staticmethod
        def count() -> int:
            with operations.transaction.get_connection().cursor() as cursor:
                cursor.execute("SELECT pg_sleep(5)")
            return 0

    monkeypatch.setattr(operations, "COUNT_TIMEOUT", 50)
    monkeypatch.setattr(operations, "endable_calls", lambda *_: Slow)
    refused = dry_run()
    assert (refused.status_code, refused.json()["error"]) == (503, "count_too_slow")
    assert "Narrow" in refused.json()["message"]


def test_an_operation_is_shown_without_its_count_while_another_runs(api, account):
    phone_call(account, provider_call_id="")
    started = api("POST", "/v1/calls/bulk-end", {"all": True}).json()
    path = f"/v1/operations/{started['id']}"
    with operations.COUNTS.hold(account.pk):
        assert api("GET", path).json()["remaining"] is None
    assert api("GET", path).json()["remaining"] == 1
