"""Webhooks: an Event is sent to an Endpoint by a Delivery."""

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

# How long messages are signed with the previous secret too after a rotation.
ROTATION_OVERLAP = timedelta(hours=24)


class Payload(models.TextChoices):
    """What a message holds: the whole event, or ids and states only (thin.py)."""

    FULL = "full"
    THIN = "thin"


class Endpoint(models.Model):
    """A customer's URL for events. Its secret is shown once, when it is made or rotated."""

    HEALTH_FIELDS = ("is_enabled", "disabled_reason", "failing_since", "last_failed_at", "warnings_sent")
    # Sealed column, and its name in the additional authenticated data (rotate_encryption).
    sealed_fields: ClassVar[dict[str, str]] = {
        "sealed_secret": "secret",
        "sealed_previous_secret": "previous",
    }

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
        help_text='Event types (call.ended) or groups ("call.*"). Empty: all.',
    )
    payload = models.CharField(
        max_length=4,
        choices=Payload.choices,
        default=Payload.FULL,
        db_default=Payload.FULL,
        help_text="full: the whole event; thin: ids and states only. It applies to new messages.",
    )
    is_enabled = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=200, blank=True, default="", editable=False)
    sealed_secret = models.TextField(editable=False)
    sealed_previous_secret = models.TextField(blank=True, default="", editable=False)
    previous_secret_until = models.DateTimeField(null=True, blank=True, editable=False)

    # Health (endpoint_health.py): the first and the last of the failures without a success between them.
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    last_failed_at = models.DateTimeField(null=True, blank=True, editable=False)
    warnings_sent = models.PositiveSmallIntegerField(default=0, editable=False)
    # Enabled, and has skipped deliveries that are not due again yet (endpoints.send_skipped).
    is_catching_up = models.BooleanField(default=False, db_default=False, editable=False)
    # The sequence of the last event about this endpoint itself.
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
        """Set a new secret and return it in clear. The caller saves the endpoint.

        For the time `overlap` messages are signed with the previous secret too.
        """
        if self.sealed_secret:
            self.sealed_previous_secret = seal(self.secrets()[0], aad=self._aad("previous"))
            self.previous_secret_until = timezone.now() + overlap
        secret = new_secret()
        self.sealed_secret = seal(secret, aad=self._aad("secret"))
        return secret

    def secrets(self) -> list[str]:
        """The valid secrets in clear, newest first. Raises DecryptionFailed."""
        secrets = [unseal(self.sealed_secret, aad=self._aad("secret"))]
        until = self.previous_secret_until
        if self.sealed_previous_secret and until and until > timezone.now():
            secrets.append(unseal(self.sealed_previous_secret, aad=self._aad("previous")))
        return secrets

    def clear_failures(self) -> None:
        """Forget past failures and warnings. The caller saves the endpoint."""
        self.failing_since, self.last_failed_at, self.warnings_sent = None, None, 0

    def _aad(self, field: str) -> str:
        return f"{self.account_id}/Endpoint/{self.pk}/{field}"


class Event(models.Model):
    """Something that happened, as it is sent to endpoints. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="events")
    subject_id = models.UUIDField(help_text="The id of the call, operation or endpoint that it is about.")
    sequence = models.IntegerField(help_text="Counts the events of one subject, without a gap.")
    type = models.CharField(max_length=60)
    body = models.TextField(help_text="The body as it is sent.")
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
    """The work of sending one Event to one Endpoint; its log has every attempt."""

    queue: ClassVar[str] = "webhooks"

    account = models.ForeignKey(Account, models.CASCADE, related_name="deliveries", db_index=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="deliveries", db_index=False)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries", db_index=False)
    max_attempts = models.PositiveIntegerField(default=MAX_ATTEMPTS, db_default=MAX_ATTEMPTS)
    # As the endpoint had it when the event was published: the bytes are the same at every attempt.
    payload = models.CharField(
        max_length=4, choices=Payload.choices, default=Payload.FULL, db_default=Payload.FULL
    )

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
        """The number of this attempt in the retry schedule, which a redelivery starts again."""
        return self.attempts - max(self.max_attempts - MAX_ATTEMPTS, 0)
