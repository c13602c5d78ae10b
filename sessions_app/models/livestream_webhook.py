"""LivestreamWebhook, its deliveries, and WebhookKeyPair, in the form of Cloudflare's RealtimeKit."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from liveplatform.accounts.models import Account
from liveplatform.crypto import seal, unseal
from liveplatform.db.uuid7 import uuid7
from liveplatform.work.models import Work
from sessions_app.models.livestream import App


class LivestreamWebhook(models.Model):
    """An address of an app's owner that is told of its livestreams."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    app = models.ForeignKey(App, models.CASCADE, related_name="webhooks")
    name = models.CharField(max_length=200)
    url = models.TextField()
    events = ArrayField(models.CharField(max_length=40), default=list)
    enabled = models.BooleanField(default=True, db_default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("created_at", "id")

    def __str__(self) -> str:
        return self.name


class LivestreamDelivery(Work):
    """The work of telling one webhook of one thing that happened; its log has every attempt."""

    queue: ClassVar[str] = "livestream_webhooks"
    MAX_ATTEMPTS: ClassVar[int] = 8

    webhook = models.ForeignKey(LivestreamWebhook, models.CASCADE, related_name="deliveries", db_index=False)
    event = models.CharField(max_length=40)
    key = models.CharField(max_length=120, help_text="What happened: told once to each webhook.")
    body = models.TextField(help_text="As it is signed and sent.")

    class Meta(Work.Meta):
        verbose_name_plural = "livestream deliveries"
        constraints = [
            models.UniqueConstraint(fields=["webhook", "key"], name="one_delivery_of_a_livestream_event")
        ]

    @classmethod
    def initial_max_attempts(cls) -> int:
        return cls.MAX_ATTEMPTS


class WebhookKeyPair(models.Model):
    """The RSA pair that signs these webhooks, of the whole platform; the one that is not retired signs."""

    # Sealed column, and its name in the additional authenticated data (rotate_encryption).
    sealed_fields: ClassVar[dict[str, str]] = {"sealed_private_key": "private_key"}
    account_id = "platform"  # in the authenticated data: it belongs to no account

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    public_key = models.TextField(help_text="PEM.")
    sealed_private_key = models.TextField(editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # One pair at a time is not retired.
            models.UniqueConstraint(
                fields=["retired_at"], nulls_distinct=False, name="one_webhook_key_pair_signs"
            )
        ]

    def __str__(self) -> str:
        return f"webhook key pair {self.id}"

    @property
    def private_key(self) -> str:
        """PEM."""
        return unseal(self.sealed_private_key, aad=self._aad())

    @private_key.setter
    def private_key(self, value: str) -> None:
        self.sealed_private_key = seal(value, aad=self._aad())

    def _aad(self) -> str:
        return f"{self.account_id}/WebhookKeyPair/{self.pk}/private_key"
