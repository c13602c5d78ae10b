"""Work: a unit of background work, kept as a row until it is settled."""

import math
import uuid
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, ClassVar, Self, TypeVar, cast

from django.db import models
from django.db.models.functions import Least, Now

from liveplatform.db.uuid7 import uuid7
from liveplatform.work.doorbell import ring
from liveplatform.work.outcomes import Outcome

# One attempt: a callable runs in a thread, a coroutine on the worker's event loop.
AttemptFn = Callable[[], Outcome] | Coroutine[Any, Any, Outcome]
NO_KEY = uuid.UUID(int=0)

W = TypeVar("W", bound="Work")


class WorkQuerySet(models.QuerySet[W]):
    """Rows of Work. Its verbs ring the doorbell of their queue, at the commit of the transaction."""

    def make_due(self) -> int:
        """Make the pending rows among these due now, unless they are; returns how many are pending."""
        rows = self.filter(state=Work.State.PENDING)
        return self._ring(rows.update(due_at=Least("due_at", Now()), updated_at=Now()))

    def restart(self, *, interrupt: bool = False, wake: bool = True) -> int:
        """Run settled rows again, due now, with a fresh set of attempts; returns how many.

        `interrupt`: open rows too. An attempt under way loses its claim, so its outcome is not written.
        `wake=False`: the caller runs the rows itself.
        """
        rows = self if interrupt else self.exclude(state__in=Work.OPEN)
        restarted = rows.update(
            state=Work.State.PENDING,
            due_at=Now(),
            max_attempts=models.F("attempts") + self.model.initial_max_attempts(),
            fencing_token=models.F("fencing_token") + (1 if interrupt else 0),
            settled_at=None,
            updated_at=Now(),
        )
        return self._ring(restarted) if wake else restarted

    def _ring(self, changed: int) -> int:
        if changed:
            ring(self.model.queue)
        return changed


class WorkManager(models.Manager[W]):
    """Rows of Work; spelled out instead of `from_queryset`, so that a subclass's rows keep their type."""

    def get_queryset(self) -> WorkQuerySet[W]:
        return WorkQuerySet(self.model, using=self._db)

    def all(self) -> WorkQuerySet[W]:
        return self.get_queryset()

    def filter(self, *args: Any, **kwargs: Any) -> WorkQuerySet[W]:  # noqa: ANN401 - as Django has it
        return self.get_queryset().filter(*args, **kwargs)


class Work(models.Model):
    """A unit of background work: what to do (the subclass's fields), its state and its attempts so far.

    Written in the transaction of the fact that makes it necessary; claimed, run and settled by
    `liveplatform.work.drain`. All times are the database's. A subclass names its `queue`: the
    `liveplatform.work.queue.Queue` of that name processes its rows.
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
    # Pending: not before this; None: another row must settle first. Running: the end of the lease.
    due_at = models.DateTimeField(null=True, blank=True, db_default=Now())
    fencing_token = models.BigIntegerField(
        default=0,
        db_default=0,
        help_text="Grows with each claim, so that a stale owner writes nothing.",
    )
    tenant_key = models.UUIDField(
        default=NO_KEY,
        db_default=NO_KEY,
        help_text="The account: accounts with due rows have equal shares of the workers.",
    )
    concurrency_key = models.UUIDField(
        default=NO_KEY,
        db_default=NO_KEY,
        help_text="Rows of one key share a limit: a slow key hurts no other.",
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
    given_up_since = models.DateTimeField(
        null=True, blank=True, help_text="When its attempts were first given up, since it was done last."
    )

    # Of a row that this process has claimed: when its lease runs out at the latest (time.monotonic()), and
    # the due time that it keeps if the attempt is made out of turn (sql.claim_out_of_turn).
    lease_until: float = math.inf
    keeps_due_at: datetime | None = None

    objects: ClassVar[WorkManager[Self]] = WorkManager()

    class Meta:
        abstract = True
        indexes = [
            models.Index(
                fields=["tenant_key", "concurrency_key", "due_at"],
                name="%(class)s_due",
                condition=models.Q(state__in=("pending", "running")),
            ),
            models.Index(fields=["settled_at"], name="%(class)s_failed", condition=models.Q(state="failed")),
        ]

    def __str__(self) -> str:
        return f"{self._meta.model_name} {self.id} {self.state}"

    def restart(self, *, wake: bool = True) -> bool:
        """Run this settled row again, due now, with a fresh set of attempts; False if it is not settled.

        `wake=False`: the caller runs it itself.
        """
        return type(self).objects.filter(pk=self.pk).restart(wake=wake) == 1

    @classmethod
    def initial_max_attempts(cls) -> models.expressions.Combinable | int:
        """How many attempts a row has, at first and after each restart."""
        field = cast("models.PositiveIntegerField[Any, Any]", cls._meta.get_field("max_attempts"))
        return int(field.default)

    @property
    def was_given_up_before(self) -> bool:
        """Its attempts were given up now, and had been before, since it was done last."""
        if self.state != self.State.FAILED or self.settled_at is None or self.given_up_since is None:
            return False
        return self.given_up_since < self.settled_at

    @property
    def is_settled(self) -> bool:
        return self.state not in self.OPEN
