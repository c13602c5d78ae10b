"""The schedule of attempts."""

import pytest

from liveplatform.webhooks.retry_schedule import JITTER, MAX_ATTEMPTS, RETRY_DELAYS, next_delay

HOUR = 3600


def test_the_schedule_is_the_published_one():
    assert RETRY_DELAYS == (5, 30, 300, 1800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
    assert MAX_ATTEMPTS == 11


@pytest.mark.parametrize(("attempt", "base"), list(enumerate(RETRY_DELAYS, start=1)))
def test_jitter_is_only_ever_added(attempt, base):
    for _ in range(200):
        assert base <= next_delay(attempt) <= base * (1 + JITTER)
