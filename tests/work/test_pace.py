"""Paces: what one attempt says about its key, and how long it is believed."""

import uuid
from datetime import UTC, datetime

import pytest

from calls.models import Step
from liveplatform.work import pace
from liveplatform.work.outcomes import fail, postpone, retry, skip, succeeded
from liveplatform.work.pace import Pace, Paces, key_of, paces_of
from liveplatform.work.settle import Attempt

ROW = Step(tenant_key=uuid.uuid4(), concurrency_key=uuid.uuid4())
KEY = key_of(ROW)


def attempt(outcome, ms=1, row=ROW):
    return Attempt(row, outcome, datetime.now(UTC), ms)


@pytest.mark.parametrize(
    ("finished", "expected"),
    [
        (attempt(succeeded()), Pace.FAST),
        (attempt(succeeded(), ms=1001), Pace.SLOW),
        (attempt(retry("busy")), Pace.FAILING),
        (attempt(retry("no answer"), ms=15_000), Pace.HANGING),
        (attempt(postpone(60)), Pace.FAST),
        (attempt(postpone(60), ms=1500), Pace.SLOW),
    ],
)
def test_an_attempt_tells_the_pace_of_its_key(finished, expected):
    paces = Paces()
    assert paces[KEY] is Pace.NEW
    paces.observe(finished)
    assert paces[KEY] is expected


@pytest.mark.parametrize("neutral", [fail("bad number"), postpone(60), skip("over")])
def test_an_outcome_that_says_little_changes_nothing(neutral):
    paces = Paces()
    paces.observe(attempt(retry("no answer"), ms=15_000))
    paces.observe(attempt(neutral))
    assert paces[KEY] is Pace.HANGING


def test_a_success_makes_a_key_fast_again():
    paces = Paces()
    paces.observe(attempt(retry("busy")))
    paces.observe(attempt(succeeded()))
    assert paces[KEY] is Pace.FAST


def test_a_pace_is_forgotten_without_news(monkeypatch):
    paces = Paces()
    paces.observe(attempt(retry("busy")))
    monkeypatch.setattr(pace, "KEPT", 0.0)
    assert paces[KEY] is Pace.NEW


def test_so_many_keys_are_remembered(monkeypatch):
    monkeypatch.setattr(pace, "MAX_KEYS", 2)
    paces, rows = Paces(), [Step(tenant_key=uuid.uuid4()) for _ in range(3)]
    for row in rows:
        paces.observe(attempt(retry("busy"), row=row))
    assert [paces[key_of(row)] for row in rows] == [Pace.NEW, Pace.FAILING, Pace.FAILING]


def test_each_queue_has_its_own():
    assert paces_of("steps") is paces_of("steps")
    assert paces_of("steps") is not paces_of("webhooks")
