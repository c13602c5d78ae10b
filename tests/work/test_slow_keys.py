"""Slow keys: fewer places after a failed or slow attempt, until one succeeds or a minute has passed."""

import uuid
from datetime import UTC, datetime

import pytest

from calls.models import Step
from liveplatform.work import slow_keys
from liveplatform.work.outcomes import fail, postpone, retry, succeeded
from liveplatform.work.settle import Attempt
from liveplatform.work.slow_keys import SLOW_KEY_LIMIT, limits, observe

KEY = uuid.uuid4()
ROW = Step(concurrency_key=KEY)


@pytest.fixture(autouse=True)
def forgotten():
    slow_keys._slow_until.clear()
    yield
    slow_keys._slow_until.clear()


def attempt(outcome, ms=1):
    return Attempt(ROW, outcome, datetime.now(UTC), ms)


@pytest.mark.parametrize("slow", [attempt(retry("busy")), attempt(succeeded(), ms=2001)])
def test_a_failed_or_slow_attempt_limits_its_key(slow):
    observe(slow)
    assert limits() == {KEY: SLOW_KEY_LIMIT}


@pytest.mark.parametrize("neutral", [fail("bad number"), postpone(60)])
def test_other_outcomes_change_nothing(neutral):
    observe(attempt(neutral))
    assert limits() == {}
    observe(attempt(retry("busy")))
    observe(attempt(neutral))
    assert KEY in limits()


def test_a_success_lifts_the_limit():
    observe(attempt(retry("busy")))
    observe(attempt(succeeded()))
    assert limits() == {}


def test_a_limit_expires():
    observe(attempt(retry("busy")))
    slow_keys._slow_until[KEY] -= slow_keys.SLOW_FOR + 1
    assert limits() == {}
