"""App, Meeting, Livestream and LivestreamSession: livestreams in the form of Cloudflare's RealtimeKit."""

from typing import Any, ClassVar

import orjson
from django.db import models
from django.db.models.functions import Now

from calls.models import MediaStream
from liveplatform.accounts.models import Account, Connection
from liveplatform.crypto import seal, unseal
from liveplatform.db.uuid7 import uuid7
from sessions_app.models.session import Session


class App(models.Model):
    """A group of meetings, all over one connection. Its id is shown in 32 hexadecimal characters."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="apps", db_index=False)
    name = models.CharField(max_length=200)
    # Empty: the account's default connection that can broadcast rooms.
    connection = models.ForeignKey(Connection, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["account", "-created_at", "-id"], name="app_of_account")]

    def __str__(self) -> str:
        return self.name

    @property
    def app_id(self) -> str:
        return self.id.hex


class Meeting(models.Model):
    """A room that can be broadcast. It belongs to a session, whose room it is, or stands alone."""

    class Status(models.TextChoices):
        ACTIVE = "ACTIVE"
        INACTIVE = "INACTIVE"

    # Sealed column, and its name in the additional authenticated data (rotate_encryption).
    sealed_fields: ClassVar[dict[str, str]] = {"sealed_secrets": "secrets"}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    app = models.ForeignKey(App, models.CASCADE, related_name="meetings", db_index=False)
    title = models.CharField(max_length=500, blank=True, default="", db_default="")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ACTIVE)
    session = models.ForeignKey(
        Session, models.SET_NULL, null=True, blank=True, related_name="meetings", db_index=False
    )
    # Its room, of its own or its session's; made at the first start.
    connection = models.ForeignKey(Connection, models.SET_NULL, null=True, blank=True, related_name="+")
    room_type = models.CharField(max_length=64, blank=True, default="", db_default="")
    room_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    # The vendor's further settings, as they were sent; where it is broadcast to is a secret.
    settings = models.JSONField(default=dict, blank=True)
    sealed_secrets = models.TextField(blank=True, default="", db_default="", editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["app", "-created_at", "-id"], name="meeting_of_app"),
            models.Index(
                fields=["session"], name="meeting_of_session", condition=models.Q(session__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(self.id)

    def secrets(self) -> dict[str, Any]:
        """The targets it is broadcast to. Never for output, but to those who may write."""
        return dict(orjson.loads(unseal(self.sealed_secrets, aad=self._aad()))) if self.sealed_secrets else {}

    def set_secrets(self, secrets: dict[str, Any]) -> None:
        self.sealed_secrets = seal(orjson.dumps(secrets).decode(), aad=self._aad())

    def _aad(self) -> str:
        return f"{self.account_id}/Meeting/{self.pk}/secrets"


class Livestream(models.Model):
    """What viewers watch of a meeting. Each run of it is a LivestreamSession."""

    class Status(models.TextChoices):
        IDLE = "IDLE"
        INVOKED = "INVOKED"
        LIVE = "LIVE"
        OFFLINE = "OFFLINE"
        ERRORED = "ERRORED"

    # Sealed column, and its name in the additional authenticated data (rotate_encryption).
    sealed_fields: ClassVar[dict[str, str]] = {"sealed_stream_key": "stream_key"}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    app = models.ForeignKey(App, models.CASCADE, related_name="livestreams", db_index=False)
    meeting = models.ForeignKey(
        Meeting, models.SET_NULL, null=True, blank=True, related_name="livestreams", db_index=False
    )
    name = models.CharField(max_length=200, blank=True, default="", db_default="")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.IDLE)
    # It is being started, runs, or is being stopped: one of a meeting at a time.
    is_active = models.BooleanField(default=False, db_default=False)
    ingest_server = models.TextField(blank=True, default="", db_default="")
    sealed_stream_key = models.TextField(blank=True, default="", db_default="", editable=False)
    playback_url = models.TextField(blank=True, default="", db_default="")
    disabled = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meeting"],
                condition=models.Q(is_active=True),
                name="one_active_livestream_of_a_meeting",
            )
        ]
        indexes = [
            models.Index(fields=["app", "-created_at", "-id"], name="livestream_of_app"),
            models.Index(fields=["app", "status", "-created_at", "-id"], name="livestream_of_status"),
            models.Index(fields=["meeting", "-created_at", "-id"], name="livestream_of_meeting"),
            models.Index(
                fields=["app", "-created_at", "-id"],
                name="livestream_of_no_meeting",
                condition=models.Q(meeting__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.id)

    @property
    def stream_key(self) -> str:
        return unseal(self.sealed_stream_key, aad=self._aad()) if self.sealed_stream_key else ""

    @stream_key.setter
    def stream_key(self, value: str) -> None:
        self.sealed_stream_key = seal(value, aad=self._aad()) if value else ""

    def _aad(self) -> str:
        return f"{self.account_id}/Livestream/{self.pk}/stream_key"


class LivestreamSession(models.Model):
    """One run of a livestream; when it ran, and how it was stopped, is on its media stream."""

    stream = models.OneToOneField(
        MediaStream, models.CASCADE, primary_key=True, related_name="livestream_session"
    )
    livestream = models.ForeignKey(Livestream, models.CASCADE, related_name="sessions", db_index=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    viewer_seconds = models.PositiveBigIntegerField(default=0, db_default=0)

    class Meta:
        indexes = [models.Index(fields=["livestream", "-created_at", "-stream"], name="run_of_livestream")]

    def __str__(self) -> str:
        return f"run of {self.livestream_id}"
