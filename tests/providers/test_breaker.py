"""The circuit breaker: opens after failures in a row, and lets one request through at a time."""

import pytest

from providers import breaker
from providers.breaker import BREAKER_FAILURES, Breaker
from providers.errors import Unavailable


def is_open(state: Breaker) -> bool:
    try:
        state.check("Acme")
    except Unavailable as error:
        assert (error.code, error.retry_after) == ("breaker_open", None)
        return True
    return False


@pytest.fixture
def failed() -> Breaker:
    """A breaker after as many failures as it takes to open it."""
    state = Breaker()
    for _ in range(BREAKER_FAILURES):
        assert not is_open(state)
        state.record_failure()
    return state


def test_it_opens_after_failures_in_a_row(failed):
    assert is_open(failed)


def test_a_success_in_between_starts_the_count_again():
    state = Breaker()
    for _ in range(BREAKER_FAILURES * 2):
        state.record_failure()
        state.record_success()
    assert not is_open(state)


def test_after_a_while_one_request_may_pass_and_its_success_closes_it(failed, monkeypatch):
    monkeypatch.setattr(breaker, "BREAKER_OPEN_SECONDS", 0.0)
    failed.record_failure()
    monkeypatch.setattr(breaker, "BREAKER_OPEN_SECONDS", 60.0)
    assert [is_open(failed), is_open(failed)] == [False, True]
    failed.record_success()
    assert not is_open(failed)
