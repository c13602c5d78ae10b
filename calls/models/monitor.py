"""Watch: somebody looks after every call that has not ended. Reconciliation: and after every connection."""

from typing import ClassVar

from django.db import models

from calls.models.call import Call
from liveplatform.accounts.models import Connection
from liveplatform.work.models import Work


class CallMonitor(Work):
    """The watch over one call: due at its time limit, at the end of a grace, or after a long silence.

    It comes back until the call is over, and is then deleted.
    """

    queue: ClassVar[str] = "call_monitors"

    call = models.OneToOneField(Call, models.CASCADE, related_name="monitor")

    class Meta(Work.Meta):
        verbose_name_plural = "call monitors"


class Reconciliation(Work):
    """The round over one connection: what is live here against what is live at the provider."""

    queue: ClassVar[str] = "reconciliations"

    connection = models.OneToOneField(Connection, models.CASCADE, related_name="+")
