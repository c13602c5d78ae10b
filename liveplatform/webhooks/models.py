"""What customers are told: Event, to an Endpoint, by a Delivery."""

from datetime import timedelta
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from liveplatform.accounts.models import Account
from liveplatform.crypto import seal, unseal
from liveplatform.webhooks import deliver
from liveplatform.webhooks.signing import new_secret
from liveplatform.work.models import Job, Work, uuid7

# While a secret is rotated, messages carry a signature of each for this long.
ROTATION_OVERLAP = timedelta(hours=24)


class Endpoint(models.Model):
    """A customer's address for events. Its secret is shown once, when it is made or rotated."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="endpoints")
    url = models.URLField(max_length=2000)
    description = models.CharField(max_length=200, blank=True, default="")
    events = ArrayField(models.CharField(max_length=60), default=list, blank=True, help_text="Empty: all.")
    sealed_secret = models.TextField(editable=False)
    sealed_previous = models.TextField(blank=True, default="", editable=False)
    previous_until = models.DateTimeField(null=True, blank=True, editable=False)
    is_enabled = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=200, blank=True, default="", editable=False)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    warned_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["account"], name="endpoint_enabled", condition=models.Q(is_enabled=True))
        ]

    def __str__(self) -> str:
        return self.description or str(self.id)

    def new_secret(self) -> str:
        """Give it a fresh secret, and return that: the only time it can be seen. Wants a save."""
        if self.sealed_secret:
            self.sealed_previous = seal(self.secrets()[0], aad=self._aad("previous"))
            self.previous_until = timezone.now() + ROTATION_OVERLAP
        secret = new_secret()
        self.sealed_secret = seal(secret, aad=self._aad("secret"))
        return secret

    def secrets(self) -> list[str]:
        """The secrets to sign with now, newest first. Never for output."""
        found = [unseal(self.sealed_secret, aad=self._aad("secret"))]
        if self.sealed_previous and self.previous_until and self.previous_until > timezone.now():
            found.append(unseal(self.sealed_previous, aad=self._aad("previous")))
        return found

    def _aad(self, field: str) -> str:
        return f"{self.account_id}/Endpoint/{self.pk}/{field}"


class Event(models.Model):
    """Something that happened, told to all who want to know. Never changes once written."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="events")
    subject = models.UUIDField(help_text="What it is about: the call.")
    sequence = models.IntegerField(help_text="Counts the events of one subject, without a gap.")
    type = models.CharField(max_length=60)
    body = models.TextField(help_text="The very bytes that are sent.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "sequence"], name="event_sequence")]
        indexes = [models.Index(fields=["account", "-created_at", "-id"], name="event_account_created")]

    def __str__(self) -> str:
        return f"{self.type} {self.message_id}"

    @property
    def message_id(self) -> str:
        """The webhook-id header: the same at every attempt."""
        return f"evt_{self.id.hex}"


class Delivery(Work):
    """One Event on its way to one Endpoint, with every attempt on its log."""

    queue: ClassVar[str] = "webhooks"
    width_setting: ClassVar[str] = "WEBHOOK_WIDTH"

    event = models.ForeignKey(Event, models.CASCADE, related_name="deliveries")
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")

    class Meta(Work.Meta):
        verbose_name_plural = "deliveries"
        constraints = [models.UniqueConstraint(fields=["event", "endpoint"], name="event_once_per_endpoint")]

    @classmethod
    def prepare(cls, rows: list[Self]) -> list[Job]:
        return deliver.prepare(rows)

    @classmethod
    def settled(cls, rows: list[Self]) -> None:
        deliver.settled(rows)

    def backoff(self) -> float:
        return deliver.pause(self.attempts)
