"""Work: background work kept as a row until it is done."""

import uuid
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now

from liveplatform.db.uuid7 import uuid7
from liveplatform.work.outcomes import Outcome

AttemptFn = Callable[[], Outcome] | Coroutine[Any, Any, Outcome]
NO_KEY = uuid.UUID(int=0)


class Work(models.Model):
    """A row that says what is to be done, how often it was tried and what came of it.

    Written in the transaction of the fact that makes it necessary; claimed, run and settled by
    `liveplatform.work.drain`. All times are the database's. A subclass names its `queue`: the
    `liveplatform.work.queue.Queue` of that name carries its rows out.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        SKIPPED = "skipped"

    OPEN = (State.PENDING, State.RUNNING)

    queue: ClassVar[str]

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    state = models.CharField(
        max_length=8, choices=State.choices, default=State.PENDING, db_default=State.PENDING
    )
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    max_attempts = models.PositiveIntegerField(default=10, db_default=10)
    # Pending: not before this; None: something else must settle first. Running: the end of the lease.
    due_at = models.DateTimeField(null=True, blank=True, db_default=Now())
    fencing_token = models.BigIntegerField(
        default=0, db_default=0, help_text="Grows with each claim; fences a stale owner."
    )
    concurrency_key = models.UUIDField(
        default=NO_KEY, db_default=NO_KEY, help_text="Whose slowness must not hurt the others."
    )
    error = models.TextField(blank=True, default="", db_default="")
    result = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()), blank=True)
    log = models.JSONField(
        default=list,
        db_default=models.Value([], models.JSONField()),
        blank=True,
        help_text="One entry per attempt.",
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        indexes = [
            models.Index(
                fields=["concurrency_key", "due_at"],
                name="%(class)s_due",
                condition=models.Q(state__in=("pending", "running")),
            ),
            models.Index(fields=["settled_at"], name="%(class)s_failed", condition=models.Q(state="failed")),
        ]

    def __str__(self) -> str:
        return f"{self._meta.model_name} {self.id} {self.state}"

    def retry(self, attempts: int | None = None) -> bool:
        """Make a settled row due at once, with fresh attempts; False if it is not settled."""
        fresh = attempts or self.initial_max_attempts
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
    def initial_max_attempts(self) -> int:
        """How many attempts a row of this sort gets, at first and when it is run again."""
        return int(type(self)._meta.get_field("max_attempts").default)

    @property
    def is_settled(self) -> bool:
        return self.state not in self.OPEN
