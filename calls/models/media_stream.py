"""MediaStream: media that leaves a call or a room, from the request to start it until it is over."""

import math
from typing import Any, ClassVar

import orjson
from django.db import models
from django.db.models.functions import Now

from calls.models.call import Call
from calls.models.on_delete import cascade_unless_needed, set_null_unless_needed
from liveplatform.accounts.models import Account, Connection
from liveplatform.crypto import seal, unseal
from liveplatform.db.uuid7 import uuid7
from providers.streams import StreamRef

OPEN_STATUSES = ("starting", "live", "stopping")
IS_OPEN = models.Q(status__in=OPEN_STATUSES)


class MediaStream(models.Model):
    """One run of one stream. Its status only moves forward, and `stopped_at` is written once.

    Locks are taken in this order: call, stream, step of the stream. It is locked FOR NO KEY UPDATE.
    """

    class Kind(models.TextChoices):
        AUDIO = "audio"  # a phone call's audio, forked to a WebSocket
        LIVESTREAM = "livestream"  # a room, broadcast over RTMP or HLS

    class Status(models.TextChoices):
        STARTING = "starting"
        LIVE = "live"
        STOPPING = "stopping"
        STOPPED = "stopped"
        FAILED = "failed"  # it never ran

    class Outcome(models.TextChoices):
        """Of a stop, as far as it is known."""

        STOPPED = "stopped", "stopped now"
        NOT_RUNNING = "not_running", "was not running"
        ACCEPTED = "accepted", "accepted, not confirmed"
        UNKNOWN = "unknown", "unknown"

    IS_OPEN: ClassVar[models.Q] = IS_OPEN  # for on_delete
    # Sealed column, and its name in the additional authenticated data (rotate_encryption).
    sealed_fields: ClassVar[dict[str, str]] = {"sealed_secrets": "secrets"}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, cascade_unless_needed, related_name="streams", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    call = models.ForeignKey(
        Call, models.CASCADE, null=True, blank=True, related_name="streams", db_index=False
    )
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.STARTING)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.CharField(max_length=80, blank=True, default="", db_default="", editable=False)
    updated_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    # The stop: on record before the provider is asked, and applied to a start that is still under way.
    stop_requested_at = models.DateTimeField(null=True, blank=True)
    stop_reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    stopped_by = models.CharField(max_length=80, blank=True, default="", db_default="")
    outcome = models.CharField(
        max_length=11,
        choices=Outcome.choices,
        blank=True,
        default="",
        db_default="",
        help_text="Of the stop.",
    )
    error = models.CharField(
        max_length=500, blank=True, default="", db_default="", help_text="Why it failed."
    )

    max_seconds = models.PositiveIntegerField(
        help_text="It is stopped so long after its start was requested."
    )
    expires_at = models.DateTimeField()
    seconds = models.PositiveIntegerField(null=True, blank=True, help_text="Of media, as billed.")
    cost = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)
    price_unit = models.CharField(max_length=8, blank=True, default="", db_default="")

    # At its provider: the call or room that it belongs to, and its own id there.
    connection = models.ForeignKey(
        Connection, set_null_unless_needed, null=True, blank=True, related_name="+"
    )
    provider = models.CharField(max_length=20, blank=True, default="", db_default="")
    parent_type = models.CharField(max_length=64, blank=True, default="", db_default="")
    parent_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    provider_stream_id = models.CharField(max_length=100, blank=True, default="", db_default="")
    provider_status = models.CharField(
        max_length=40, blank=True, default="", db_default="", help_text="In the provider's vocabulary."
    )
    seen_at = models.DateTimeField(null=True, blank=True, help_text="When the provider last listed it.")
    still_live_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was found running at its provider after its end."
    )

    # What it was started with: of an audio stream as calls.streams.audio writes it. Nothing secret.
    parameters = models.JSONField(default=dict, blank=True)
    sealed_secrets = models.TextField(blank=True, default="", db_default="", editable=False)
    # Derived from the request's Idempotency-Key; a repeated request finds its stream by it.
    submission_key = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    event_sequence = models.IntegerField(default=0, db_default=0, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-created_at", "-id"], name="stream_of_account"),
            models.Index(fields=["account", "kind", "-created_at", "-id"], name="stream_of_kind"),
            models.Index(fields=["account", "status", "-created_at", "-id"], name="stream_of_status"),
            models.Index(
                fields=["account", "kind", "status", "-created_at", "-id"], name="stream_of_kind_status"
            ),
            models.Index(fields=["-id"], name="stream_broadcasts", condition=models.Q(kind="livestream")),
            models.Index(fields=["call", "-created_at", "-id"], name="stream_of_call"),
            models.Index(fields=["created_at", "id"], name="stream_open", condition=IS_OPEN),
            models.Index(
                fields=["stop_requested_at"], name="stream_stopping", condition=models.Q(status="stopping")
            ),
            models.Index(
                fields=["still_live_at"],
                name="stream_still_live",
                condition=models.Q(still_live_at__isnull=False),
            ),
            models.Index(
                fields=["account", "provider_stream_id"],
                name="stream_by_provider_id",
                condition=~models.Q(provider_stream_id=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} stream {self.id}"

    @property
    def is_over(self) -> bool:
        return self.status not in OPEN_STATUSES

    @property
    def name(self) -> str:
        """What the provider knows it by, besides its own id."""
        return self.id.hex

    @property
    def ref(self) -> StreamRef:
        """How its provider is asked about it."""
        return StreamRef(self.parent_id, self.parent_type, self.provider_stream_id, self.name)

    @property
    def minutes(self) -> int | None:
        """Of media, begun minutes counted whole, as providers bill them; None before it is over."""
        return None if self.seconds is None else math.ceil(self.seconds / 60)

    def secrets(self) -> dict[str, Any]:
        """Its stream key and targets. Never for output, but to those who may write."""
        return dict(orjson.loads(unseal(self.sealed_secrets, aad=self.aad))) if self.sealed_secrets else {}

    def seal_secrets(self, secrets: dict[str, Any]) -> str:
        """These secrets besides those it has, sealed for its `sealed_secrets`."""
        return seal(orjson.dumps(self.secrets() | secrets).decode(), aad=self.aad)

    @property
    def aad(self) -> str:
        return f"{self.account_id}/MediaStream/{self.pk}/secrets"
