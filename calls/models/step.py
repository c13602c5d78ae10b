"""Step: one piece of post-processing of an ended call."""

from collections.abc import Iterable
from typing import ClassVar
from uuid import UUID

from django.db import models

from calls.models.call import Call
from liveplatform.work.models import Work

# Why a step was skipped: at the call's end (calls/sql.py), or when it ran.
NOTHING_RUNS = "Nothing runs at a provider."
NO_STREAMS = "The call has no streams."


class Step(Work):
    """One piece of post-processing of an ended call; calls/post_processing has a module per kind."""

    class Kind(models.TextChoices):
        TERMINATE = "terminate"
        CLEAN_UP = "clean_up"
        ANALYSE = "analyse"
        NOTIFY = "notify"

    queue: ClassVar[str] = "steps"
    # A leg that is not hung up is billed on, so terminate is retried for hours.
    MAX_ATTEMPTS: ClassVar[dict[str, int]] = {
        Kind.TERMINATE: 40,
        Kind.CLEAN_UP: 12,
        Kind.ANALYSE: 6,
        Kind.NOTIFY: 6,
    }

    call = models.ForeignKey(Call, models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # How often, and when last, reconciliation has restarted it (monitoring/late_legs.py). Nobody else's tries
    # count: they must not delay its own.
    paced_tries = models.PositiveIntegerField(default=0, db_default=0)
    paced_try_at = models.DateTimeField(null=True, blank=True)

    class Meta(Work.Meta):
        constraints = [models.UniqueConstraint(fields=["call", "kind"], name="one_step_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @classmethod
    def rerun(cls, call_id: UUID, kind: Kind) -> bool:
        """Make this step of a call due again if it has settled, and wake a worker; False otherwise."""
        return cls.objects.filter(call_id=call_id, kind=kind).restart() == 1

    @classmethod
    def is_hang_up_given_up(cls, call_id: UUID) -> bool:
        """Whether the attempts to end this call at its provider were given up."""
        return cls.objects.filter(call=call_id, kind=cls.Kind.TERMINATE, state=cls.State.FAILED).exists()

    @classmethod
    def processed_calls(cls, call_ids: Iterable[UUID]) -> set[UUID]:
        """Those of these calls whose call.processed has been published."""
        notify = cls.objects.filter(call__in=list(call_ids), kind=cls.Kind.NOTIFY)
        return set(notify.exclude(state__in=cls.OPEN).values_list("call_id", flat=True))

    @classmethod
    def initial_max_attempts(cls) -> models.Case:
        by_kind = (models.When(kind=kind, then=models.Value(n)) for kind, n in cls.MAX_ATTEMPTS.items())
        return models.Case(*by_kind, output_field=models.IntegerField())
