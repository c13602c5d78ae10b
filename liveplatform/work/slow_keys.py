"""Lanes that were sick lately, as this process has seen them: they may hold only a few places at a time."""

import time
from uuid import UUID

from liveplatform.work.sql import Attempt

# A lane whose last attempt failed, or took long (s), may have only this many in flight here, for a minute.
SICK_LANE_WIDTH = 4
SLOW = 2.0
SICK_FOR = 60.0

# Until when (time.monotonic()) a lane is taken for sick; read and written by this process's drains.
_sick: dict[UUID, float] = {}


def judge(attempt: Attempt) -> None:
    """What an attempt says of its lane."""
    lane = attempt.row.lane
    if attempt.outcome.state == "again" or attempt.ms > SLOW * 1000:
        _sick[lane] = time.monotonic() + SICK_FOR
    elif attempt.outcome.state == "done":
        _sick.pop(lane, None)


def caps() -> dict[UUID, int]:
    """How much each sick lane may have in flight here."""
    now = time.monotonic()
    for lane in [lane for lane, until in _sick.items() if until < now]:
        del _sick[lane]
    return dict.fromkeys(_sick, SICK_LANE_WIDTH)
