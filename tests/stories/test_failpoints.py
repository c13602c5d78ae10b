"""A process is killed at each failpoint between a fact and its consequence: nothing is lost or repeated."""

import time
from contextlib import suppress

import pytest
import requests

from tests.support.stories import VAR

POINTS = VAR / "failpoints"
IN_WORKERS = (
    "claiming.steps",
    "claimed.steps",
    "asking",
    "answered",
    "settling.steps",
    "settled.steps",
    "claiming.webhooks",
    "claimed.webhooks",
    "settling.webhooks",
    "settled.webhooks",
)


@pytest.fixture
def arm(platform):
    """Kill the next process that reaches the failpoint."""
    POINTS.mkdir(exist_ok=True)
    yield lambda name: (POINTS / name).touch()
    for path in POINTS.iterdir():
        path.unlink()


def armed():
    return {path.name for path in POINTS.iterdir()}


def died(name, seconds=20):
    until = time.monotonic() + seconds
    while name in armed():
        assert time.monotonic() < until, f"nobody came by {name}"
        time.sleep(0.05)


@pytest.mark.parametrize("point", IN_WORKERS)
def test_a_worker_may_die_anywhere(customer, arm, point):
    call = customer.phone_call()
    arm(point)
    call.end().raise_for_status()
    died(point)
    call.assert_exactly_once()


@pytest.mark.parametrize("point", ["ended", "ringing.steps"])
@pytest.mark.parametrize("headers", [{}, {"Idempotency_Key": "once"}], ids=["no key", "key"])
def test_a_web_process_may_die_before_and_after_the_commit(customer, platform, arm, point, headers):
    """Without a key "ended" comes after the commit, with one before it: effect and answer are one."""
    call = customer.phone_call()
    arm(point)
    sent = {name: f"{value}-{call.id}" for name, value in headers.items()}
    with suppress(requests.RequestException):
        call.end(**sent)
    died(point)
    platform.wait_ready()
    assert ended_at_last(call).status_code == 200
    call.assert_exactly_once()


def ended_at_last(call, seconds=10):
    """Repeat the request, as a client does that got no response."""
    until = time.monotonic() + seconds
    while True:
        try:
            return call.end()
        except requests.RequestException:
            assert time.monotonic() < until
            time.sleep(0.2)
