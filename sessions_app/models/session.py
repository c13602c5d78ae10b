"""Session: a scheduled meeting of a host with registered people, over a video call."""

from typing import Self
from uuid import UUID

from django.db import models
from django.db.models.functions import Now

from calls.models import Call
from liveplatform.accounts.models import Account
from liveplatform.db.uuid7 import uuid7
from sessions_app.models.details import SessionDetails
from sessions_app.models.series import Series

IS_OPEN = models.Q(status__in=("scheduled", "live"))


# Why a session was ended or cancelled, when nobody gave a reason.
CANCELLED_REASON, ENDED_REASON = "The session was cancelled.", "The session has ended."


class Session(SessionDetails):
    """One session. Its status only moves forward; only staff may take a cancellation back.

    Locks are taken in this order: session, registration, call, step. A session is locked FOR NO KEY UPDATE,
    so that rows which refer to it can be inserted meanwhile, by the trigger on its call among others.
    """

    class Status(models.TextChoices):
        SCHEDULED = "scheduled"
        LIVE = "live"
        ENDED = "ended"
        CANCELLED = "cancelled"

    OPEN = (Status.SCHEDULED, Status.LIVE)
    SEAT_COUNTERS = ("registered_count", "offered_count", "waitlist_count")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="sessions", db_index=False)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.SCHEDULED)
    scheduled_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(
        max_length=500, blank=True, default="", db_default="", help_text="Why it was ended or cancelled."
    )
    registration_closes_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.CharField(max_length=80, blank=True, default="", db_default="", editable=False)
    # Moved by the trigger session_updated_at with every change.
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    # Its call: made when the join window opens, or at the start, under an id derived from this row's.
    call = models.OneToOneField(
        Call, models.SET_NULL, null=True, blank=True, related_name="session", editable=False
    )
    provider = models.CharField(
        max_length=20, blank=True, default="", db_default="", help_text="Of its room; empty: the account's."
    )
    recording_url = models.TextField(blank=True, default="", db_default="", editable=False)
    recording_ready_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Kept under this row's lock (registrations/seats.py). A seat that is offered is taken.
    registered_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    offered_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    waitlist_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    # Of a series: the time that the rule gave it, by which it is found again after it was moved.
    series = models.ForeignKey(
        Series, models.SET_NULL, null=True, blank=True, related_name="sessions", editable=False
    )
    original_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_exception = models.BooleanField(
        default=False, db_default=False, editable=False, help_text="Edited apart from its series."
    )

    calendar_sequence = models.PositiveIntegerField(
        default=0, db_default=0, editable=False, help_text="SEQUENCE of its invitations (RFC 5545)."
    )
    event_sequence = models.IntegerField(default=0, db_default=0, editable=False)

    class Meta:
        constraints = [
            # Partial, as that of `call` is in the database (migration 0003): who changes a column of a whole
            # unique index holds the row against the keys that refer to it.
            models.UniqueConstraint(
                fields=["series", "original_at"],
                condition=models.Q(original_at__isnull=False),
                name="session_once_per_occurrence",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=("ended", "cancelled"))
                | models.Q(max_participants__gte=models.F("registered_count") + models.F("offered_count")),
                name="session_not_overbooked",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-created_at", "-id"], name="session_of_account"),
            models.Index(fields=["account", "-scheduled_at", "-id"], name="session_by_time"),
            models.Index(fields=["account", "brand_id", "-scheduled_at", "-id"], name="session_of_brand"),
            models.Index(fields=["account", "host_id", "-scheduled_at", "-id"], name="session_of_host"),
            models.Index(fields=["account", "status", "-scheduled_at", "-id"], name="session_of_status"),
            models.Index(fields=["account", "kind", "-scheduled_at", "-id"], name="session_of_kind"),
            models.Index(
                fields=["account", "category", "-scheduled_at", "-id"],
                name="session_of_category",
                condition=~models.Q(category=""),
            ),
            models.Index(
                fields=["account", "community_id", "-scheduled_at", "-id"],
                name="session_of_community",
                condition=~models.Q(community_id=""),
            ),
            # What is to come, or under way: the earliest first, without all that is over before them.
            models.Index(fields=["account", "scheduled_at", "id"], name="session_open", condition=IS_OPEN),
            *(
                models.Index(
                    fields=["account", column, "scheduled_at", "id"],
                    name=f"session_open_by_{column.removesuffix('_id')}",
                    condition=IS_OPEN,
                )
                for column in ("brand_id", "kind", "category", "community_id")
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(self.id)

    @classmethod
    def lock(cls, session_id: UUID) -> Self:
        """This session, locked to the end of the transaction. Raises ObjectDoesNotExist."""
        return cls.objects.select_for_update(of=("self",), no_key=True).get(pk=session_id)

    @property
    def is_over(self) -> bool:
        return self.status not in self.OPEN

    @property
    def free_seats(self) -> int:
        return max(0, self.max_participants - self.registered_count - self.offered_count)
