"""Shares: what may be claimed beside the attempts in flight, evenly over tenants and keys."""

import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.models import Step
from liveplatform.work.outcomes import retry, succeeded
from liveplatform.work.pace import Pace, Paces
from liveplatform.work.settle import Attempt
from liveplatform.work.shares import PARK_AFTER, Limits, Shares, fair_parts

PLACES = 32
NOISY, OTHER = uuid.uuid4(), uuid.uuid4()


@dataclass
class Running:
    """An attempt in flight that began so many seconds ago."""

    key: tuple
    age: float = 0.0

    @property
    def row(self):
        return Step(tenant_key=self.key[0], concurrency_key=self.key[1])

    @property
    def clock(self):
        return time.monotonic() - self.age


def keys_of(tenant, count):
    return [(tenant, uuid.uuid4()) for _ in range(count)]


def seen(outcomes):
    """Paces after these attempts: pairs of a key and (outcome, ms)."""
    paces = Paces()
    for (tenant, key), (outcome, ms) in outcomes:
        row = Step(tenant_key=tenant, concurrency_key=key)
        paces.observe(Attempt(row, outcome, datetime.now(UTC), ms))
    return paces


FAST, SLOW, FAILING = (succeeded(), 5), (succeeded(), 3000), (retry("503"), 5)
HANGING = (retry("no answer"), 15_000)


def divide(keys, in_flight=(), paces=None):
    return Shares(PLACES, paces or Paces(), in_flight).divide(keys)


def test_tenants_share_evenly_however_many_keys_one_has():
    noisy, other = keys_of(NOISY, 600), keys_of(OTHER, 8)
    counts = divide(noisy + other, paces=seen((key, FAST) for key in noisy + other))
    assert sum(counts.get(key, 0) for key in noisy) == sum(counts.get(key, 0) for key in other) == PLACES / 2


def test_a_lone_tenant_leaves_places_for_those_who_come_later():
    fast = keys_of(NOISY, 50)
    paces = seen((key, FAST) for key in fast)
    assert sum(divide(fast, paces=paces).values()) == Limits(PLACES).tenant_fast == 28


@pytest.mark.parametrize(
    ("answers", "expected"), [(None, 2), (FAST, 28), (SLOW, 16), (FAILING, 4), (HANGING, 1)]
)
def test_a_key_gets_what_its_last_answer_earned(answers, expected):
    (key,) = keys_of(NOISY, 1)
    assert divide([key], paces=seen([(key, answers)] if answers else [])) == {key: expected}
    (key,) = keys_of(NOISY, 1)
    assert divide([key], in_flight=[Running(key)] * expected, paces=seen([(key, FAST)])).get(key, 0) <= 28


def test_new_keys_of_a_tenant_are_tried_a_few_at_a_time():
    """A hundred endpoints that nobody knows yet may all hang; the known one beside them has its places."""
    new, (known,) = keys_of(NOISY, 100), keys_of(NOISY, 1)
    paces = seen([(known, FAST)])
    counts = divide([*new, known], paces=paces)
    assert sum(counts[key] for key in counts if key != known) == PLACES // 4
    assert counts[known] == Limits(PLACES).tenant_fast - PLACES // 4
    assert divide(new, [Running(key) for key in new[:8]], paces) == {}


def test_a_hanging_key_is_probed_one_at_a_time():
    (key,) = keys_of(NOISY, 1)
    assert divide([key], in_flight=[Running(key)], paces=seen([(key, HANGING)])) == {}


def test_a_key_hangs_once_its_first_attempt_is_parked():
    """It need not time out first: within PARK_AFTER seconds its places are free for others."""
    (key,) = keys_of(NOISY, 1)
    shares = Shares(PLACES, Paces(), [Running(key, age=PARK_AFTER + 0.1)] * 2)
    assert shares.pace(key) is Pace.HANGING
    assert shares.free == PLACES
    assert shares.divide([key]) == {}


def test_a_few_late_answers_do_not_slow_a_fast_key():
    (key,) = keys_of(NOISY, 1)
    paces = seen([(key, FAST)])
    assert Shares(PLACES, paces, [Running(key, age=1.0)] * 2).pace(key) is Pace.FAST
    assert Shares(PLACES, paces, [Running(key, age=1.0)] * 3).pace(key) is Pace.HANGING


def test_parked_attempts_of_one_tenant_leave_all_fast_places_but_its_own_share():
    noisy, other = keys_of(NOISY, 60), keys_of(OTHER, 1)
    in_flight = [Running(key, age=3.0) for key in noisy[:30]]
    shares = Shares(PLACES, seen((key, FAST) for key in other), in_flight)
    counts = shares.divide(noisy + other)
    assert counts[other[0]] >= PLACES // 2
    assert sum(counts.values()) - counts[other[0]] <= PLACES // 4
    assert shares.free == PLACES


def test_a_tenant_that_overdrew_the_slow_lane_starts_nothing_new():
    noisy = keys_of(NOISY, 80)
    in_flight = [Running(key, age=3.0) for key in noisy[:32]]
    assert divide(noisy[32:], in_flight) == {}


def test_new_keys_wait_while_most_attempts_are_parked_and_fast_ones_do_not():
    many = [Running((uuid.uuid4(), uuid.uuid4()), age=3.0) for _ in range(2 * PLACES)]
    (new,), (fast,) = keys_of(OTHER, 1), keys_of(OTHER, 1)
    assert set(divide([new, fast], many, seen([(fast, FAST)]))) == {fast}


def test_slow_keys_never_take_fast_places():
    slow = keys_of(NOISY, 40) + keys_of(uuid.uuid4(), 40) + keys_of(uuid.uuid4(), 40)
    paces = seen((key, SLOW) for key in slow)
    shares = Shares(PLACES, paces, ())
    counts = shares.divide(slow)
    assert sum(counts.values()) == PLACES
    for key, count in counts.items():
        shares.add(key, count)
    assert shares.free == PLACES


WANTED = st.dictionaries(st.integers(), st.integers(-2, 50), max_size=20)


@given(st.integers(0, 100), WANTED)
def test_parts_are_fair_and_leave_nothing_over(places, wanted):
    parts = fair_parts(places, wanted)
    takers = {taker: count for taker, count in wanted.items() if count > 0}
    assert sum(parts.values()) == min(places, sum(takers.values()))
    assert all(0 < part <= takers[taker] for taker, part in parts.items())
    unsatisfied = [parts.get(taker, 0) for taker, count in takers.items() if parts.get(taker, 0) < count]
    if unsatisfied:
        assert max(parts.values(), default=0) - min(unsatisfied) <= 1


@pytest.mark.parametrize("places", [1, 2, 8, 32, 200])
def test_every_share_is_at_least_one_place(places):
    limits = Limits(places)
    assert min(limits.tenant_fast, limits.tenant_slow, *(limits.of_key(pace) for pace in Pace)) >= 1
