"""Call: the record that tells the truth about a call."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import models
from django.db.models.functions import Now

from calls.models.call_indexes import IS_IMPORTED, LIST_INDEXES
from calls.models.call_status import CALL_STATUS
from calls.models.end_code import EndCode
from calls.models.on_delete import set_null_unless_needed
from liveplatform.accounts.models import Account, Connection
from liveplatform.db.uuid7 import uuid7

# provider_status while nobody knows whether the provider made the call: before its answer, and when
# that answer was lost. Such a call is looked for at the provider before anything else is done.
DIALLING = "dialling"
SUBMISSION_UNKNOWN = "submission-unknown"


class Call(models.Model):
    """One call, by phone or by video. Its status only ever moves forward; the first `ended_at` wins."""

    class Channel(models.TextChoices):
        PHONE = "phone"
        VIDEO = "video"

    class Status(models.TextChoices):
        SCHEDULED = "scheduled"
        LIVE = "live"
        ENDED = "ended"
        ERRORED = "errored"

    class ProviderState(models.TextChoices):
        UNKNOWN = "unknown"
        LIVE = "live"
        ENDED = "ended"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="calls", db_index=False)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.SCHEDULED)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.CharField(max_length=80, blank=True, default="", db_default="", editable=False)
    updated_at = models.DateTimeField(db_default=Now())
    scheduled_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    # How it ended: free text for people, a small code for reports, and whose doing it was.
    disconnect_reason = models.CharField(max_length=500, blank=True, default="")
    end_code = models.CharField(max_length=24, choices=EndCode.choices, blank=True, default="")
    ended_by = models.CharField(max_length=80, blank=True, default="")
    # Somebody wishes it ended, and the provider has not agreed yet (surface A is strict).
    end_requested_at = models.DateTimeField(null=True, blank=True)

    # No call is left running: how long it may last, and since when its room is empty.
    time_limit = models.PositiveIntegerField(null=True, blank=True, help_text="Seconds from its start.")
    empty_since = models.DateTimeField(null=True, blank=True)

    # What the provider said, kept apart from our own state.
    connection = models.ForeignKey(
        Connection, set_null_unless_needed, null=True, blank=True, related_name="+"
    )
    provider = models.CharField(max_length=20, blank=True, default="")
    provider_call_id = models.CharField(max_length=64, blank=True, default="")
    provider_state = models.CharField(
        max_length=8, choices=ProviderState.choices, default=ProviderState.UNKNOWN
    )
    provider_status = models.CharField(max_length=40, blank=True, default="", help_text="In its own words.")
    call_status = models.GeneratedField(
        expression=CALL_STATUS,
        output_field=models.CharField(max_length=40),
        db_persist=True,
        help_text="In Twilio's words.",
    )
    provider_seen_at = models.DateTimeField(
        null=True, blank=True, help_text="Its last word, whatever it was."
    )
    provider_confirmed_at = models.DateTimeField(null=True, blank=True)
    provider_ended_at = models.DateTimeField(null=True, blank=True)
    # A room that exists for this call only, deleted after its end.
    room_connection = models.ForeignKey(
        Connection, set_null_unless_needed, null=True, blank=True, related_name="+", db_index=False
    )
    room_type = models.CharField(max_length=64, blank=True, default="")
    room_id = models.CharField(max_length=64, blank=True, default="")

    # Live calls (seed 000).
    host_user_id = models.CharField(max_length=255, blank=True, default="")
    title = models.CharField(max_length=500, blank=True, default="")
    stream_call_type = models.CharField(max_length=64, blank=True, default="")
    recording_url = models.TextField(blank=True, default="")
    recording_ready_at = models.DateTimeField(null=True, blank=True)
    recording_expires_at = models.DateTimeField(null=True, blank=True, help_text="When its link perishes.")

    # Telephony calls (seed 001).
    from_number = models.CharField(max_length=20, blank=True, default="")
    to_number = models.CharField(max_length=40, blank=True, default="")
    extension = models.CharField(max_length=20, blank=True, default="", db_default="")
    direction = models.CharField(max_length=20, blank=True, default="")
    is_test = models.BooleanField(default=False)
    ai_agent_id = models.UUIDField(null=True, blank=True)
    campaign_id = models.UUIDField(null=True, blank=True)
    contact_id = models.UUIDField(null=True, blank=True)
    workspace = models.CharField(max_length=100, blank=True, default="default")
    duration = models.PositiveIntegerField(null=True, blank=True, help_text="Seconds.")
    rating = models.SmallIntegerField(null=True, blank=True)
    feedback = models.TextField(blank=True, default="")
    notes = models.TextField(blank=True, default="")
    cost = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)
    price_unit = models.CharField(max_length=8, blank=True, default="")
    sentiment = models.CharField(max_length=8, blank=True, default="", help_text="Of the latest analysis.")
    latency = models.FloatField(null=True, blank=True, help_text="Median response latency, seconds.")
    dynamic_variables = models.JSONField(default=dict, blank=True)
    metadata = models.JSONField(default=dict, blank=True)

    # What the caller's Idempotency-Key makes of a call that is paid for: found by it, it is never made twice.
    submission_key = models.CharField(max_length=64, blank=True, default="", editable=False)
    is_imported = models.GeneratedField(
        expression=IS_IMPORTED,
        output_field=models.BooleanField(null=True),
        db_persist=True,
        help_text="Began, or was to begin, before this row was made.",
    )

    # The number of the last Event of this call; grows with each.
    event_sequence = models.IntegerField(default=0, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-created_at", "-id"], name="call_account_created"),
            models.Index(
                fields=["account", "-created_at", "-id"],
                name="call_live",
                condition=models.Q(ended_at__isnull=True),
            ),
            models.Index(
                fields=["-ended_at"],
                name="call_still_billed",
                condition=models.Q(ended_at__isnull=False, provider_state="live"),
            ),
            models.Index(
                fields=["provider_call_id"],
                name="call_provider_call_id",
                condition=~models.Q(provider_call_id=""),
            ),
            models.Index(
                fields=["account", "submission_key"],
                name="call_submission",
                condition=~models.Q(submission_key=""),
            ),
            models.Index(
                fields=["room_connection"],
                name="call_room_connection",
                condition=models.Q(room_connection__isnull=False),
            ),
            *LIST_INDEXES,
        ]

    def __str__(self) -> str:
        return f"{self.channel} call {self.id}"

    @classmethod
    def lock(cls, ids: Iterable[UUID]) -> None:
        """Lock these calls until the transaction is over, by the order of ids: no circles of waiting."""
        rows = cls.objects.filter(pk__in=set(ids)).order_by("pk").select_for_update(of=("self",))
        list(rows.values_list("pk"))

    def confirm_end(
        self, status: str, ended_at: datetime | None, duration: int | None, *, at: datetime | None
    ) -> None:
        """The provider says that it is over, in its own words and by its own clock; wants a save."""
        self.provider_state = self.ProviderState.ENDED
        self.provider_status = status[:40]
        self.provider_ended_at, self.provider_confirmed_at = ended_at, at
        if duration is not None:
            self.duration = duration

    def set_cost(self, cost: str, unit: str) -> None:
        """What the provider charges; "" as long as it does not say, and what is known stays. Wants a save."""
        if cost:
            self.cost, self.price_unit = Decimal(cost).quantize(Decimal("0.000001")), unit or self.price_unit

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None

    @property
    def is_submission_unknown(self) -> bool:
        """The provider may have made this call, but its answer never reached us."""
        return not self.provider_call_id and self.provider_status in (DIALLING, SUBMISSION_UNKNOWN)

    @property
    def may_still_be_billed(self) -> bool:
        """Ended here while the provider said otherwise, or has not said: somebody may be paying."""
        return (
            self.is_over and bool(self.provider_call_id) and self.provider_state != self.ProviderState.ENDED
        )
