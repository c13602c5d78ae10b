"""Watch: somebody looks after every call that has not ended. Reconciliation: and after every connection."""

from typing import ClassVar, Self

from django.db import models

from calls.models.call import Call
from calls.monitoring import check, reconcile
from liveplatform.accounts.models import Connection
from liveplatform.work.models import Job, Work


class CallMonitor(Work):
    """The watch over one call: due at its time limit, at the end of a grace, or after a long silence.

    It comes back until the call is over, and is then deleted.
    """

    queue: ClassVar[str] = "call_monitors"

    call = models.OneToOneField(Call, models.CASCADE, related_name="monitor")

    class Meta(Work.Meta):
        verbose_name_plural = "call monitors"

    @classmethod
    def prepare(cls, rows: list[Self]) -> list[Job]:
        return check.prepare(rows)

    @classmethod
    def guard(cls, rows: list[Self]) -> None:
        Call.lock(row.call_id for row in rows)

    @classmethod
    def settled(cls, rows: list[Self]) -> None:
        check.settled(rows)

    def about(self) -> dict[str, str]:
        return {"call_id": str(self.call_id)}


class Reconciliation(Work):
    """The round over one connection: what is live here against what is live at the provider."""

    queue: ClassVar[str] = "reconciliations"

    connection = models.OneToOneField(Connection, models.CASCADE, related_name="+")

    @classmethod
    def prepare(cls, rows: list[Self]) -> list[Job]:
        return reconcile.prepare(rows)

    @classmethod
    def settled(cls, rows: list[Self]) -> None:
        reconcile.settled(rows)

    def about(self) -> dict[str, str]:
        return {"connection_id": str(self.connection_id)}
