"""Fair shares of the places of one queue in one process: who may claim how many rows.

A process has `places` (C) for attempts that answer fast and as many in a slow lane. An attempt is in the slow
lane once it is older than PARK_AFTER, or from its start if its key is known to be slow, failing or hanging:
so whoever does not answer gives the fast places back after half a second.

tenant    at most 7/8 C fast places, of them C/4 for new keys, and C/2 slow ones; what tenants want is divided
          evenly among them
key       new: C/16, until one attempt has succeeded; failing: C/8; hanging: one probe at a time

All limits are fractions of each process's own places, so they hold for any number of processes and machines.
"""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar
from uuid import UUID

from liveplatform.work.models import Work
from liveplatform.work.pace import Pace, Paces, key_of
from liveplatform.work.sql import Key

PARK_AFTER = 0.5  # seconds

T = TypeVar("T")


class Running(Protocol):
    """An attempt in flight: its row, and when it began (time.monotonic())."""

    @property
    def row(self) -> Work: ...

    @property
    def clock(self) -> float: ...


@dataclass(frozen=True)
class Limits:
    """The limits of a process with so many places."""

    places: int

    @property
    def total(self) -> int:
        """All attempts in flight: fast places, slow lane, and new keys that turned out not to answer."""
        return 3 * self.places

    @property
    def tenant_fast(self) -> int:
        return max(1, self.places * 7 // 8)

    @property
    def tenant_slow(self) -> int:
        return max(1, self.places // 2)

    @property
    def tenant_new(self) -> int:
        return max(1, self.places // 4)

    def of_key(self, pace: Pace) -> int:
        """How many attempts a key of this pace may have in flight."""
        match pace:
            case Pace.FAST:
                return self.tenant_fast
            case Pace.SLOW:
                return self.tenant_slow
            case Pace.FAILING:
                return max(1, self.places // 8)
            case Pace.HANGING:
                return 1
            case _:
                return max(1, self.places // 16)


@dataclass
class Lane:
    """The attempts in flight in one lane."""

    by_tenant: Counter[UUID] = field(default_factory=Counter)
    by_key: Counter[Key] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.by_tenant.total()


class Shares:
    """What may be claimed, given the attempts in flight and the paces of keys."""

    def __init__(self, places: int, paces: Paces, in_flight: Iterable[Running]) -> None:
        self.limits = Limits(places)
        self._paces = paces
        self._parked: Counter[Key] = Counter()
        self._fast, self._slow = Lane(), Lane()
        self._new: Counter[UUID] = Counter()  # fast places held by a tenant's new keys
        self._count(in_flight)

    def _count(self, in_flight: Iterable[Running]) -> None:
        parked_since = time.monotonic() - PARK_AFTER
        keys = [(key_of(each.row), each.clock < parked_since) for each in in_flight]
        self._parked.update(key for key, is_parked in keys if is_parked)
        for key, is_parked in keys:
            self._put(key, 1, is_slow=is_parked or self._is_slow(key))

    def _put(self, key: Key, count: int, *, is_slow: bool) -> None:
        lane = self._slow if is_slow else self._fast
        lane.by_tenant[key[0]] += count
        lane.by_key[key] += count
        if not is_slow and self.pace(key) is Pace.NEW:
            self._new[key[0]] += count

    @property
    def free(self) -> int:
        """Free places for fast attempts."""
        in_flight = self._fast.total + self._slow.total
        return max(0, min(self.limits.places - self._fast.total, self.limits.total - in_flight))

    def pace(self, key: Key) -> Pace:
        """The key's pace as last seen; hanging while an attempt of it is parked, unless that is its way.

        A fast key may have as many parked attempts as a new one has places: a few late answers of many.
        """
        pace, parked = self._paces[key], self._parked[key]
        tolerated = self.limits.of_key(Pace.NEW) if pace is Pace.FAST else 0
        return Pace.HANGING if parked > tolerated and pace is not Pace.SLOW else pace

    def _is_slow(self, key: Key) -> bool:
        return self.pace(key) not in (Pace.NEW, Pace.FAST)

    def divide(self, keys: Iterable[Key]) -> dict[Key, int]:
        """How many rows of each of these keys, which have due rows, may be claimed now; none: left out."""
        fast: list[Key] = []
        slow: list[Key] = []
        for key in keys:
            (slow if self._is_slow(key) else fast).append(key)
        free_slow = self.limits.places - self._slow.total
        return self._among_tenants(fast, self.free, self._fast_room) | self._among_tenants(
            slow, free_slow, self._slow_room
        )

    def add(self, key: Key, claimed: int) -> None:
        """Count rows of this key that were claimed by now."""
        self._put(key, claimed, is_slow=self._is_slow(key))

    def _fast_room(self, tenant: UUID) -> int:
        """None while a tenant holds twice its share of the slow lane by attempts that did not answer."""
        overdrawn = self._slow.by_tenant[tenant] >= 2 * self.limits.tenant_slow
        return 0 if overdrawn else self.limits.tenant_fast - self._fast.by_tenant[tenant]

    def _slow_room(self, tenant: UUID) -> int:
        return self.limits.tenant_slow - self._slow.by_tenant[tenant]

    def _key_room(self, key: Key) -> int:
        """Keys that never answered yet get nothing once two thirds of all attempts in flight are parked."""
        pace = self.pace(key)
        if pace is Pace.NEW and self._slow.total >= 2 * self.limits.places:
            return 0
        return self.limits.of_key(pace) - self._fast.by_key[key] - self._slow.by_key[key]

    def _bounded(self, tenant: UUID, wanted: dict[Key, int]) -> dict[Key, int]:
        """What a tenant's keys want, with a bound for the new ones together."""
        new = {key: count for key, count in wanted.items() if self.pace(key) is Pace.NEW}
        known = {key: count for key, count in wanted.items() if key not in new}
        return known | fair_parts(self.limits.tenant_new - self._new[tenant], new)

    def _among_tenants(self, keys: Sequence[Key], places: int, room: Callable[[UUID], int]) -> dict[Key, int]:
        by_tenant: dict[UUID, dict[Key, int]] = defaultdict(dict)
        for key in keys:
            if (key_room := self._key_room(key)) > 0:
                by_tenant[key[0]][key] = key_room
        wanted = {tenant: self._bounded(tenant, of) for tenant, of in by_tenant.items()}
        tenants = {tenant: min(room(tenant), sum(of.values())) for tenant, of in wanted.items()}
        parts = fair_parts(places, tenants)
        divided = (fair_parts(part, wanted[tenant]) for tenant, part in parts.items())
        return {key: count for part in divided for key, count in part.items()}


def fair_parts(places: int, wanted: Mapping[T, int]) -> dict[T, int]:
    """Divide places so that nobody who wants more gets less than another; parts of none are left out.

    If there are fewer places than takers, chance decides who gets one.
    """
    takers = [(count, random.random(), taker) for taker, count in wanted.items() if count > 0]  # noqa: S311
    takers.sort(key=lambda each: each[:2])
    if len(takers) > places:
        return {taker: 1 for _, _, taker in random.sample(takers, max(0, places))}
    parts: dict[T, int] = {}
    for number, (count, _, taker) in enumerate(takers):
        parts[taker] = min(count, places // (len(takers) - number))
        places -= parts[taker]
    return parts
