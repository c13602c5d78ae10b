"""Attempts at rows: how they are prepared, what is known of one in flight, and of one that has finished."""

import time
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

import structlog
from django.conf import settings
from django.db import DatabaseError

from liveplatform.work.db_retry import retry_on_disconnect
from liveplatform.work.models import AttemptFn, Work
from liveplatform.work.outcomes import Outcome, retry
from liveplatform.work.queue import Queue
from liveplatform.work.settle import Attempt

log = structlog.get_logger(__name__)

W = TypeVar("W", bound=Work)


@dataclass
class InFlight(Generic[W]):
    """An attempt under way: its row, and when it began (wall clock, monotonic clock)."""

    row: W
    began: datetime
    clock: float


def prepared(queue: Queue[W], rows: list[W]) -> list[AttemptFn]:
    """The rows' attempts. A row whose preparation raises is a failed attempt; the others are not affected."""
    if not rows:
        return []
    try:
        return retry_on_disconnect(lambda: queue.prepare(rows), settings.WORK_LEASE / 2)
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 - as in finished_attempt
        if len(rows) > 1:
            return [attempt_fn for row in rows for attempt_fn in prepared(queue, [row])]
        log.exception("prepare_failed", queue=queue.name, work=str(rows[0].pk))
        crashed = retry(f"{type(error).__name__}: the attempt could not be prepared")
        return [lambda: crashed]


def finished_attempt(started: InFlight[W], future: Future[Outcome]) -> Attempt[W]:
    """The finished attempt; one that raised is to be retried."""
    try:
        outcome = future.result()
    except Exception as error:  # noqa: BLE001 - an attempt is any app's code
        log.exception("attempt_crashed", queue=started.row.queue, work=str(started.row.pk))
        outcome = retry(f"{type(error).__name__}: the attempt crashed")
    ms = round((time.monotonic() - started.clock) * 1000)
    return Attempt(started.row, outcome, started.began, ms)
