"""ProviderEvent: one event as its provider sent it, and what it meant for its call."""

from typing import ClassVar

from django.db import models

from calls.models.call import Call
from liveplatform.accounts.models import Connection
from liveplatform.work.models import Work


class ProviderEvent(Work):
    """One event of a connection's provider, verified before it was stored; applied to its call as Work.

    `done`: it was applied (`result["summary"]`). `skipped`: nothing follows from it (`error` says why).
    """

    queue: ClassVar[str] = "provider_events"

    has_new_call = False  # call_id was found, and is not saved yet (provider_events/correlate.py)

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+", db_index=False)
    dedup_key = models.CharField(max_length=200, help_text="The same for each delivery of the event.")
    type = models.CharField(max_length=100, help_text="The provider's name for this type of event.")
    kind = models.CharField(max_length=20, help_text="One of providers.events.EventKind.")
    occurred_at = models.DateTimeField(null=True, blank=True, help_text="By the provider's clock.")
    call = models.ForeignKey(
        Call, models.CASCADE, null=True, blank=True, related_name="provider_events", db_index=False
    )
    payload = models.JSONField(default=dict, help_text="The normalised event.")

    # The raw request.
    url = models.TextField(help_text="The address that the provider signed.")
    headers = models.JSONField(default=dict, help_text="Signatures and delivery counters.")
    body = models.BinaryField(max_length=1024 * 1024)

    class Meta(Work.Meta):
        constraints = [
            models.UniqueConstraint(fields=["connection", "dedup_key"], name="provider_event_once")
        ]
        indexes = [
            *Work.Meta.indexes,
            models.Index(
                fields=["call", "occurred_at"],
                name="provider_event_call",
                condition=models.Q(call__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.state}"

    @property
    def summary(self) -> str:
        """What the event meant for its call, for people."""
        return str(self.result.get("summary", self.error))
