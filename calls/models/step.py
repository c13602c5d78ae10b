"""Step: one piece of post-processing of an ended call."""

from typing import ClassVar
from uuid import UUID

from django.db import models

from calls.models.call import Call
from liveplatform.work.doorbell import ring
from liveplatform.work.models import Work


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

    class Meta(Work.Meta):
        constraints = [models.UniqueConstraint(fields=["call", "kind"], name="one_step_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @classmethod
    def rerun(cls, call_id: UUID, kind: Kind) -> bool:
        """Make this step of a call due again if it has settled, and wake a worker; False otherwise."""
        step = cls.objects.filter(call_id=call_id, kind=kind).first()
        if step is None or not step.retry():
            return False
        ring(cls.queue)
        return True

    @property
    def initial_max_attempts(self) -> int:
        return self.MAX_ATTEMPTS[self.kind]
