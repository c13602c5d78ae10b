"""Step: one thing that follows the end of a call."""

from typing import ClassVar

from django.db import models

from calls.models.call import Call
from liveplatform.work.models import Work


class Step(Work):
    """One thing that follows the end of a call."""

    class Kind(models.TextChoices):
        TERMINATE = "terminate"
        CLEAN_UP = "clean_up"
        ANALYSE = "analyse"
        NOTIFY = "notify"

    queue: ClassVar[str] = "steps"
    # A leg that is not hung up keeps billing: terminate is tried for hours before a person must look.
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

    @property
    def initial_max_attempts(self) -> int:
        return self.MAX_ATTEMPTS[self.kind]
