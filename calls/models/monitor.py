"""CallMonitor: checks on one live call. Reconciliation: of all live calls of one connection."""

from typing import ClassVar

from django.db import models

from calls.models.call import Call
from liveplatform.accounts.models import Connection
from liveplatform.work.models import Work


class CallMonitor(Work):
    """Checks one call: at its time limit, at the end of an empty-room grace, or when it may be stale.

    It is postponed until the call has ended, and is then deleted.
    """

    queue: ClassVar[str] = "call_monitors"

    call = models.OneToOneField(Call, models.CASCADE, related_name="monitor")

    class Meta(Work.Meta):
        verbose_name_plural = "call monitors"


class Reconciliation(Work):
    """Compares the live calls of one connection with its provider's list, at regular intervals."""

    queue: ClassVar[str] = "reconciliations"

    connection = models.OneToOneField(Connection, models.CASCADE, related_name="+")
