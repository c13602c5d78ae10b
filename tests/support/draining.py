"""Draining and settling in tests, by the model of the rows; and steps to run."""

from datetime import UTC, datetime
from typing import Any, TypeVar

from calls.models import Step
from liveplatform.accounts.models import Account
from liveplatform.work import drain as draining
from liveplatform.work import sql
from liveplatform.work.drain import Drained
from liveplatform.work.models import Work
from liveplatform.work.outcomes import Outcome
from liveplatform.work.queue import Queue, queue_named
from liveplatform.work.settle import Attempt
from tests.support.factories import phone_call

W = TypeVar("W", bound=Work)


def queue_of(model: type[Work]) -> Queue[Any]:
    return queue_named(model.queue)


def drain(model: type[Work], **options: Any) -> Drained:
    """Work through the due rows of this model."""
    return draining.drain(queue_of(model), **options)


def due_steps(account: Account, count: int = 1, **fields: Any) -> list[Step]:
    """Steps that are due now, each of its own call; run, they are skipped for want of a room."""
    calls = [phone_call(account, provider_call_id="") for _ in range(count)]
    return [Step.objects.create(call=call, kind=Step.Kind.CLEAN_UP, **fields) for call in calls]


def claim(model: type[W], count: int = 50) -> list[W]:
    """Claim up to so many due rows of each key of this model."""
    return sql.claim(model, dict.fromkeys(sql.due_keys(model), count))


def attempt_of(row: Work, outcome: Outcome) -> Attempt[Any]:
    """An attempt that began and ended now."""
    return Attempt(row, outcome, datetime.now(UTC), 1)
