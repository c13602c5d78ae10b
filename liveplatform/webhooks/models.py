"""What customers are told: Event, to an Endpoint, by a Delivery."""

from datetime import timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from liveplatform.accounts.models import Account
from liveplatform.crypto import seal, unseal
from liveplatform.db.uuid7 import uuid7
from liveplatform.egress.url_policy import MAX_URL_LENGTH
from liveplatform.webhooks.retry_schedule import MAX_ATTEMPTS
from liveplatform.webhooks.signing import new_secret
from liveplatform.webhooks.validators import validate_events, validate_url
from liveplatform.work.models import Work

# While a secret is rotated, messages carry a signature of each for this long.
ROTATION_OVERLAP = timedelta(hours=24)


class Endpoint(models.Model):
    """A customer's address for events. Its secret is shown once, when it is made or rotated."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="endpoints")
    url = models.CharField("URL", max_length=MAX_URL_LENGTH, validators=[validate_url])
    description = models.CharField(max_length=200, blank=True, default="")
    events = ArrayField(
        models.CharField(max_length=60),
        size=50,
        default=list,
        blank=True,
        validators=[validate_events],
        help_text='Types such as call.ended, or groups such as "call.*". Empty: all.',
    )
    is_enabled = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=200, blank=True, default="", editable=False)
    sealed_secret = models.TextField(editable=False)
    sealed_previous_secret = models.TextField(blank=True, default="", editable=False)
    previous_secret_until = models.DateTimeField(null=True, blank=True, editable=False)

    # How it fares (liveplatform.webhooks.endpoint_health): since when nothing but failure, and warnings given.
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    last_failed_at = models.DateTimeField(null=True, blank=True, editable=False)
    warnings_sent = models.PositiveSmallIntegerField(default=0, editable=False)
    # The number of the last Event about this endpoint itself.
    event_sequence = models.IntegerField(default=0, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["account"], name="endpoint_enabled", condition=models.Q(is_enabled=True)),
            models.Index(fields=["account", "-created_at", "-id"], name="endpoint_account_created"),
        ]

    def __str__(self) -> str:
        return self.description or str(self.id)

    def new_secret(self, overlap: timedelta = ROTATION_OVERLAP) -> str:
        """Give it a fresh secret, and return that: the only time it can be seen. Wants a save.

        For as long as `overlap`, messages carry a second signature, made with the secret before.
        """
        if self.sealed_secret:
            self.sealed_previous_secret = seal(self.secrets()[0], aad=self._aad("previous"))
            self.previous_secret_until = timezone.now() + overlap
        secret = new_secret()
        self.sealed_secret = seal(secret, aad=self._aad("secret"))
        return secret

    def secrets(self) -> list[str]:
        """The secrets to sign with now, newest first. Never for output."""
        found = [unseal(self.sealed_secret, aad=self._aad("secret"))]
        if (
            self.sealed_previous_secret
            and self.previous_secret_until
            and self.previous_secret_until > timezone.now()
        ):
            found.append(unseal(self.sealed_previous_secret, aad=self._aad("previous")))
        return found

    def _aad(self, field: str) -> str:
        return f"{self.account_id}/Endpoint/{self.pk}/{field}"


class Event(models.Model):
    """Something that happened, told to all who want to know. Never changes once written."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="events")
    subject_id = models.UUIDField(help_text="What it is about: the call.")
    sequence = models.IntegerField(help_text="Counts the events of one subject, without a gap.")
    type = models.CharField(max_length=60)
    body = models.TextField(help_text="The very bytes that are sent.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject_id", "sequence"], name="event_sequence")]
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

    account = models.ForeignKey(Account, models.CASCADE, related_name="deliveries", db_index=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="deliveries", db_index=False)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries", db_index=False)
    max_attempts = models.PositiveIntegerField(default=MAX_ATTEMPTS, db_default=MAX_ATTEMPTS)

    class Meta(Work.Meta):
        verbose_name_plural = "deliveries"
        constraints = [models.UniqueConstraint(fields=["event", "endpoint"], name="event_once_per_endpoint")]
        indexes = [
            *Work.Meta.indexes,
            models.Index(fields=["account", "-created_at", "-id"], name="delivery_account_created"),
            models.Index(fields=["endpoint", "-created_at", "-id"], name="delivery_endpoint_created"),
            models.Index(
                fields=["endpoint", "state", "created_at"],
                name="delivery_not_received",
                condition=models.Q(state__in=("failed", "skipped")),
            ),
            models.Index(
                fields=["account", "-created_at", "-id"],
                name="delivery_account_failed",
                condition=models.Q(state="failed"),
            ),
        ]

    @property
    def schedule_attempt(self) -> int:
        """Which attempt of the schedule this is; a delivery run again begins the schedule anew."""
        return self.attempts - max(self.max_attempts - MAX_ATTEMPTS, 0)
