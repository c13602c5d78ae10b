"""Step: one thing that follows the end of a call."""

from typing import ClassVar, Self

from django.db import models

from calls import sql
from calls.models.call import Call
from calls.post_processing import jobs, results
from liveplatform.work.models import Job, Work


class Step(Work):
    """One thing that follows the end of a call."""

    class Kind(models.TextChoices):
        TERMINATE = "terminate"
        CLEAN_UP = "clean_up"
        ANALYSE = "analyse"
        NOTIFY = "notify"

    queue: ClassVar[str] = "steps"

    call = models.ForeignKey(Call, models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=10, choices=Kind.choices)

    class Meta(Work.Meta):
        constraints = [models.UniqueConstraint(fields=["call", "kind"], name="one_step_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @classmethod
    def prepare(cls, rows: list[Self]) -> list[Job]:
        return jobs.prepare(rows)

    @classmethod
    def guard(cls, rows: list[Self]) -> None:
        Call.lock(row.call_id for row in rows)

    @classmethod
    def settled(cls, rows: list[Self]) -> None:
        results.settled(rows)

    @property
    def fresh_attempts(self) -> int:
        return sql.MAX_ATTEMPTS[self.kind]

    def about(self) -> dict[str, str]:
        return {"call_id": str(self.call_id), "step": self.kind}
