"""Work: background work kept as a row until it is done."""

import random
import uuid
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar, Self

import uuid_utils
from django.db import models
from django.db.models.functions import Now

from liveplatform.work.outcomes import Outcome

Job = Callable[[], Outcome] | Coroutine[Any, Any, Outcome]
NO_LANE = uuid.UUID(int=0)


def uuid7() -> uuid.UUID:
    """A UUID that sorts by the time it was made."""
    return uuid.UUID(int=uuid_utils.uuid7().int)


def sql_uuid7(base: str, ordinal: str = "0") -> str:
    """SQL for a fresh UUIDv7 with the time of the UUIDv7 `base`; ids of one time sort by `ordinal`."""
    fresh = f"overlay(uuid_send(gen_random_uuid()) PLACING substring(uuid_send({base}) FOR 7) FROM 1)"
    return f"encode(set_byte({fresh}, 7, {ordinal}), 'hex')::uuid"


class Work(models.Model):
    """A row that says what is to be done, how often it was tried and what came of it.

    Written in the transaction of the fact that makes it necessary; claimed, run and settled by
    `liveplatform.work.drain`. All times are the database's. A subclass names its `queue` and says
    how to `prepare` rows and what follows when they are `settled`.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        SKIPPED = "skipped"

    OPEN = (State.PENDING, State.RUNNING)

    queue: ClassVar[str]
    width_setting: ClassVar[str] = "WORK_WIDTH"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField(default=10)
    # Pending: not before this; None: something else must settle first. Running: the end of the lease.
    due_at = models.DateTimeField(null=True, blank=True, db_default=Now())
    claim = models.BigIntegerField(default=0, help_text="Grows with each claim; fences a stale owner.")
    lane = models.UUIDField(default=NO_LANE, help_text="Whose slowness must not hurt the others.")
    error = models.TextField(blank=True, default="")
    result = models.JSONField(default=dict, blank=True)
    log = models.JSONField(default=list, blank=True, help_text="One entry per attempt.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        indexes = [
            models.Index(
                fields=["lane", "due_at"],
                name="%(class)s_due",
                condition=models.Q(state__in=("pending", "running")),
            ),
            models.Index(fields=["settled_at"], name="%(class)s_failed", condition=models.Q(state="failed")),
        ]

    def __str__(self) -> str:
        return f"{self._meta.model_name} {self.id} {self.state}"

    @classmethod
    def prepare(cls, rows: list[Self]) -> list[Job]:
        """One job per row, in order. Queries belong here; a job itself must not touch the database.

        A plain callable runs in a thread, a coroutine on the worker's event loop.
        """
        raise NotImplementedError

    @classmethod
    def guard(cls, rows: list[Self]) -> None:
        """Lock what `settled` will change, before the outcomes are written (same transaction)."""

    @classmethod
    def settled(cls, rows: list[Self]) -> None:
        """What follows, in the transaction that wrote these outcomes; rows postponed are among them."""

    def about(self) -> dict[str, str]:
        """What finds this row's lines in the logs: the ids of what it is about."""
        return {}

    def backoff(self) -> float:
        """Seconds until the next attempt: doubling from one second to five minutes, with jitter."""
        return min(2.0 ** max(self.attempts - 1, 0), 300.0) * random.uniform(0.8, 1.2)  # noqa: S311

    def retry(self, attempts: int | None = None) -> bool:
        """Make a settled row due at once, with fresh attempts; False if it is not settled."""
        fresh = attempts or self.fresh_attempts
        changed = (
            type(self)
            ._default_manager.filter(pk=self.pk)
            .exclude(state__in=self.OPEN)
            .update(
                state=self.State.PENDING,
                due_at=Now(),
                max_attempts=models.F("attempts") + fresh,
                settled_at=None,
                updated_at=Now(),
            )
        )
        return changed == 1

    @property
    def fresh_attempts(self) -> int:
        """How many attempts a row of this sort gets, at first and when it is run again."""
        return int(type(self)._meta.get_field("max_attempts").default)

    @property
    def is_settled(self) -> bool:
        return self.state not in self.OPEN


def kinds() -> dict[str, type[Work]]:
    """Every kind of Work there is, by its queue."""
    return {kind.queue: kind for kind in Work.__subclasses__() if not kind._meta.abstract}
