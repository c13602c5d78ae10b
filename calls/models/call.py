"""Call: one phone or video call."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models.functions import Now

from calls.exceptions import CallStateError
from calls.models.answer import UNANSWERED_STATUSES, AnswerOfCall
from calls.models.call_indexes import IS_IMPORTED, LIST_INDEXES, STATE_INDEXES, STILL_BILLED
from calls.models.call_status import CALL_STATUS
from calls.models.end_code import EndCode
from calls.models.on_delete import cascade_unless_needed, set_null_unless_needed
from liveplatform.accounts.models import Account, Connection
from liveplatform.db.uuid7 import uuid7

# provider_status between the submission to the provider and its answer, and after the answer was lost. Such
# a call is searched at the provider before anything else is done with it (monitoring/lost_calls.py).
DIALLING = "dialling"
SUBMISSION_UNKNOWN = "submission-unknown"
UNANSWERED = (DIALLING, SUBMISSION_UNKNOWN)  # calls/sql.py has its repr as SQL
ECHO_ROOM_PREFIX = "echo-"  # of the id of a call's helper room; the call's id follows


def metadata_value() -> "models.CharField[str, str]":
    """A column for the value of one declared name in the metadata."""
    return models.CharField(max_length=200, blank=True, default="", db_default="", editable=False)


class Call(AnswerOfCall):
    """One call. Its status only moves forward, and `ended_at` is written once."""

    class Channel(models.TextChoices):
        PHONE = "phone"
        VIDEO = "video"

    class Status(models.TextChoices):
        """ERRORED: it was to end, and the attempts to end it at its provider were given up."""

        SCHEDULED = "scheduled"
        LIVE = "live"
        ENDED = "ended"
        ERRORED = "errored"

    class ProviderState(models.TextChoices):
        UNKNOWN = "unknown"
        LIVE = "live"
        ENDED = "ended"

    IS_OPEN: ClassVar[models.Q] = models.Q(ended_at=None)  # for on_delete

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, cascade_unless_needed, related_name="calls", db_index=False)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.SCHEDULED)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.CharField(max_length=80, blank=True, default="", db_default="", editable=False)
    # Set by the trigger call_updated_at with every change, and with changes of the call's transcript,
    # analyses, recordings and activities (migration updated_at).
    updated_at = models.DateTimeField(db_default=Now(), help_text="Moves with every change.")
    scheduled_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    # The end: free text for people, a code for reports, and who ended it.
    disconnect_reason = models.CharField(max_length=500, blank=True, default="")
    end_code = models.CharField(max_length=24, choices=EndCode.choices, blank=True, default="")
    ended_by = models.CharField(max_length=80, blank=True, default="")
    # The end was requested, and the provider has not confirmed it yet (lifecycle/end_strict.py).
    end_requested_at = models.DateTimeField(null=True, blank=True)

    # Read by the call's monitor: how long the call may last, and since when its room is empty.
    time_limit = models.PositiveIntegerField(null=True, blank=True, help_text="Seconds from its start.")
    empty_since = models.DateTimeField(null=True, blank=True)
    # The first participant seen in the room, and how long a live room waits for one.
    joined_at = models.DateTimeField(null=True, blank=True)
    join_limit = models.PositiveIntegerField(
        null=True, blank=True, help_text="Seconds; 0: no limit, empty: the default."
    )

    # What the provider reports, apart from our own state.
    connection = models.ForeignKey(
        Connection, set_null_unless_needed, null=True, blank=True, related_name="+"
    )
    provider = models.CharField(max_length=20, blank=True, default="")
    provider_call_id = models.CharField(max_length=64, blank=True, default="")
    provider_state = models.CharField(
        max_length=8, choices=ProviderState.choices, default=ProviderState.UNKNOWN
    )
    provider_status = models.CharField(
        max_length=40, blank=True, default="", help_text="In the provider's vocabulary."
    )
    call_status = models.GeneratedField(
        expression=CALL_STATUS,
        output_field=models.CharField(max_length=40),
        db_persist=True,
        help_text="In Twilio's vocabulary.",
    )
    provider_seen_at = models.DateTimeField(
        null=True, blank=True, help_text="When the provider last reported."
    )
    provider_confirmed_at = models.DateTimeField(null=True, blank=True)
    provider_ended_at = models.DateTimeField(null=True, blank=True)
    # A helper room that existed for a phone call only, deleted after its end; calls are made without one now.
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
    recording_expires_at = models.DateTimeField(null=True, blank=True, help_text="When its link expires.")

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
    # The values in `metadata` of Account.metadata_keys, each at the place of its name; set by a trigger.
    metadata_1 = metadata_value()
    metadata_2 = metadata_value()
    metadata_3 = metadata_value()
    metadata_4 = metadata_value()
    metadata_5 = metadata_value()

    # Derived from the request's Idempotency-Key; a repeated request finds its call by it.
    submission_key = models.CharField(max_length=64, blank=True, default="", editable=False)
    is_imported = models.GeneratedField(
        expression=IS_IMPORTED,
        output_field=models.BooleanField(null=True),
        db_persist=True,
        help_text="Began, or was to begin, before this row was created.",
    )

    # The number of the last event of this call; each event has the next one.
    event_sequence = models.IntegerField(default=0, editable=False)
    # A wing hears of its changes: its trigger reads this, and costs all other calls nothing.
    is_followed = models.BooleanField(default=False, db_default=False, editable=False)
    # A media stream was started on it, so its end has streams to stop: all others need not be asked for any.
    has_streams = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        indexes = [*STATE_INDEXES, *LIST_INDEXES]

    def __str__(self) -> str:
        return f"{self.channel} call {self.id}"

    @classmethod
    def still_billed(cls) -> models.QuerySet["Call"]:
        """The calls that `may_still_be_billed`: the one definition, for figures, lists and pages."""
        return cls.objects.filter(STILL_BILLED)

    @classmethod
    def lock(cls, ids: Iterable[UUID]) -> None:
        """Lock these calls until the end of the transaction, in the order of their ids (no deadlocks).

        FOR NO KEY UPDATE: a transaction that writes a stream twice looks at its call's key as it commits, and
        whoever has the call may be waiting for that stream.
        """
        rows = cls.objects.filter(pk__in=set(ids)).order_by("pk")
        list(rows.select_for_update(of=("self",), no_key=True).values_list("pk"))

    def require_open(self, consequence: str) -> None:
        """Raise CallStateError, its text ending in `consequence`, if the call is over or being ended."""
        if self.is_over:
            raise CallStateError(f"The call ended at {self.ended_at:%Y-%m-%dT%H:%M:%SZ}; {consequence}")
        if self.end_requested_at:
            raise CallStateError(f"The call is being ended; {consequence}")

    def confirm_end(
        self, status: str, ended_at: datetime | None, duration: int | None, *, at: datetime | None
    ) -> None:
        """Set what the provider reports of the end: its own status, time and seconds. Does not save."""
        if status in UNANSWERED_STATUSES and self.answered_at is None:
            self.started_at = None
        self.provider_state = self.ProviderState.ENDED
        self.provider_status = status[:40]
        self.provider_ended_at, self.provider_confirmed_at = ended_at, at
        if duration is not None:
            self.duration = duration

    def set_cost(self, cost: str, unit: str) -> None:
        """Set the provider's price; an empty `cost` (not known yet) changes nothing. Does not save."""
        if cost:
            self.cost, self.price_unit = Decimal(cost).quantize(Decimal("0.000001")), unit or self.price_unit

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None

    @property
    def awaits_answer(self) -> bool:
        """A leg that the provider has made, and that nobody is known to have answered."""
        return self.channel == self.Channel.PHONE and bool(self.provider_call_id) and self.started_at is None

    @property
    def is_submission_unknown(self) -> bool:
        """The call was submitted to the provider, whose answer was lost: it may exist there."""
        return not self.provider_call_id and self.provider_status in UNANSWERED

    @property
    def may_still_be_billed(self) -> bool:
        """Ended here, while the provider says, or was last known to say, that it is live."""
        return self.is_over and self.provider_state == self.ProviderState.LIVE
