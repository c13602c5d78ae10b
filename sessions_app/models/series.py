"""Series: a rule by which sessions recur; and who is registered for all of them."""

from django.db import models
from django.db.models.functions import Now

from liveplatform.accounts.models import Account
from liveplatform.db.uuid7 import uuid7
from sessions_app.models.details import SessionDetails
from sessions_app.models.person import Person


class Series(SessionDetails):
    """Sessions that recur by a rule in the zone of `timezone`, so that daylight saving moves none of them.

    Its sessions are rows of their own, made from these details up to a horizon. An edit of "this and
    following" ends this series before that session and begins another.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="session_series")
    starts_at = models.DateTimeField(help_text="Of the first session (DTSTART, in `timezone`).")
    rule = models.CharField(max_length=500, help_text="RRULE (RFC 5545), such as FREQ=WEEKLY;COUNT=10.")
    excluded = models.JSONField(default=list, blank=True, help_text="EXDATE: ISO times of the rule left out.")
    previous = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    planned_until = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Sessions up to this time have been made."
    )
    is_active = models.BooleanField(default=True, db_default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.CharField(max_length=80, blank=True, default="", db_default="", editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "series"
        indexes = [models.Index(fields=["account", "-created_at", "-id"], name="series_of_account")]

    def __str__(self) -> str:
        return self.title or str(self.id)


class SeriesRegistration(Person):
    """A person registered for every session of a series, also for those that are made later."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    series = models.ForeignKey(Series, models.CASCADE, related_name="registrations")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["series", "person_key"],
                condition=models.Q(cancelled_at=None),
                name="one_person_once_in_a_series",
            )
        ]
