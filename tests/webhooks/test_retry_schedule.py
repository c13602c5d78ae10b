"""The schedule of attempts."""

import pytest

from liveplatform.webhooks.delivery import parse_retry_after
from liveplatform.webhooks.retry_schedule import JITTER, MAX_ATTEMPTS, RETRY_DELAYS, next_delay

HOUR = 3600


def test_the_schedule_is_the_published_one():
    assert RETRY_DELAYS == (5, 30, 300, 1800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
    assert MAX_ATTEMPTS == 11


@pytest.mark.parametrize(("attempt", "base"), list(enumerate(RETRY_DELAYS, start=1)))
def test_jitter_is_only_ever_added(attempt, base):
    for _ in range(200):
        assert base <= next_delay(attempt) <= base * (1 + JITTER)


def test_a_receiver_may_ask_for_more_but_not_for_less():
    assert next_delay(1, retry_after=90) == 90
    assert next_delay(4, retry_after=1) >= 1800


def test_a_receiver_may_not_ask_for_ever():
    assert next_delay(1, retry_after=10**9) == 24 * HOUR


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("0", 0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
    ],
)
def test_retry_after_in_seconds(header, seconds):
    assert parse_retry_after(header) == seconds


def test_retry_after_as_a_date():
    assert parse_retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert parse_retry_after("Fri, 31 Dec 2100 23:59:59 GMT") > 10**9
    assert parse_retry_after("Fri, 31 Dec 99999 23:59:59 GMT") is None
