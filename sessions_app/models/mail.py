"""Mail: one e-mail to one person, kept until it is sent."""

from typing import ClassVar

from django.db import models

from liveplatform.work.models import Work
from sessions_app.models.registration import Registration
from sessions_app.models.session import Session


class Mail(Work):
    """One mail, at most one per cause; its text is written when it is sent (invitations/message.py).

    A worker that dies between sending and its note of it sends again, with the same Message-ID.
    """

    class Kind(models.TextChoices):
        """What it says. INVITING ones carry the session as a calendar entry, CANCELLING ones take it back."""

        REGISTERED = "registered"
        PENDING = "pending"
        DECLINED = "declined"
        WAITLISTED = "waitlisted"
        PROMOTED = "promoted"
        OFFERED = "offered"
        OFFER_EXPIRED = "offer_expired"
        UNREGISTERED = "unregistered"
        CHANGED = "changed"
        RESCHEDULED = "rescheduled"
        CANCELLED = "cancelled"
        RESTORED = "restored"
        REMINDER = "reminder"
        THANKS = "thanks"
        MISSED = "missed"

    INVITING = (Kind.REGISTERED, Kind.PROMOTED, Kind.CHANGED, Kind.RESCHEDULED, Kind.RESTORED)
    CANCELLING = (Kind.UNREGISTERED, Kind.CANCELLED)

    queue: ClassVar[str] = "mails"
    # Over three days, like messages in the queue of a mail server.
    MAX_ATTEMPTS: ClassVar[int] = 30

    session = models.ForeignKey(Session, models.CASCADE, related_name="mails", db_index=False)
    registration = models.ForeignKey(Registration, models.CASCADE, related_name="mails")
    kind = models.CharField(max_length=14, choices=Kind.choices)
    cause = models.CharField(max_length=80, help_text="What it tells: at most one mail of a kind per cause.")
    # When it was written: microseconds since 1970, by the database's clock. A later mail to one person about
    # one session is not sent before an earlier one.
    number = models.BigIntegerField()
    # The session's when the mail was written; an invitation that is older than the last one is not sent.
    calendar_sequence = models.PositiveIntegerField(default=0, db_default=0)
    to = models.CharField(max_length=254)
    details = models.JSONField(default=dict, blank=True, help_text="What it tells besides the session.")
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta(Work.Meta):
        constraints = [
            models.UniqueConstraint(fields=["registration", "kind", "cause"], name="one_mail_per_cause")
        ]
        indexes = [
            *Work.Meta.indexes,
            models.Index(fields=["session", "-created_at"], name="mail_of_session"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @classmethod
    def initial_max_attempts(cls) -> int:
        return cls.MAX_ATTEMPTS

    @property
    def message_id(self) -> str:
        """The local part of its Message-ID: the same at every attempt.

        A mail that was sent and is sent again by staff has another one, else mail boxes would drop it.
        """
        return self.pk.hex if self.sent_at is None else f"{self.pk.hex}.{int(self.sent_at.timestamp())}"
