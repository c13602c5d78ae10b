"""Registration: a person's seat in a session, or place on its waitlist."""

from django.db import models
from django.db.models.functions import Now

from liveplatform.db.uuid7 import uuid7
from sessions_app.models.person import Person, Role
from sessions_app.models.session import Session


class Registration(Person):
    """One person in one session. REGISTERED and OFFERED hold a seat."""

    class Status(models.TextChoices):
        PENDING = "pending"  # waits for approval
        REGISTERED = "registered"
        WAITLIST = "waitlist"
        OFFERED = "offered"  # a seat is kept for an answer, until `offer_expires_at`
        CANCELLED = "cancelled"
        DECLINED = "declined"  # not approved

    SEATED = (Status.REGISTERED, Status.OFFERED)
    OPEN = (Status.PENDING, Status.REGISTERED, Status.WAITLIST, Status.OFFERED)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session = models.ForeignKey(Session, models.CASCADE, related_name="registrations", db_index=False)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.REGISTERED)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    registered_at = models.DateTimeField(db_default=Now(), editable=False)
    promoted_at = models.DateTimeField(null=True, blank=True, help_text="From the waitlist to a seat.")
    offered_at = models.DateTimeField(null=True, blank=True)
    offer_expires_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    # The order of the waitlist: the number that the session gave when the person began to wait.
    waitlist_number = models.BigIntegerField(null=True, blank=True, editable=False)
    # Of a person who was registered for the whole series.
    is_of_series = models.BooleanField(default=False, db_default=False, editable=False)
    created_by = models.CharField(max_length=80, blank=True, default="", db_default="", editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    # Attendance, taken from the call's when the session has ended (attendance.py); seconds.
    attended_seconds = models.PositiveIntegerField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "person_key"],
                condition=~models.Q(status="cancelled"),  # who was declined cannot ask again
                name="one_person_one_seat",
            )
        ]
        indexes = [
            models.Index(fields=["session", "-created_at", "-id"], name="registration_of_session"),
            models.Index(
                fields=["session", "waitlist_number"],
                name="registration_waiting",
                condition=models.Q(status="waitlist"),
            ),
            models.Index(
                fields=["user_id", "-created_at"],
                name="registration_of_user",
                condition=~models.Q(user_id=""),
            ),
            models.Index(fields=["person_key", "session"], name="registration_of_person"),
        ]

    @property
    def takes_seat(self) -> bool:
        """Whether it is counted: hosts and co-hosts take no seat."""
        return self.role not in (Role.HOST, Role.CO_HOST)

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN
