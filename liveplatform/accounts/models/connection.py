"""Connection: a customer's account at a provider."""

from typing import Any, ClassVar

import orjson
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from liveplatform.accounts.models.account import Account
from liveplatform.crypto import seal, unseal
from liveplatform.db.uuid7 import uuid7
from providers.registry import provider_choices


class Connection(models.Model):
    """A customer's account at a provider. Its secrets are sealed and never shown."""

    class CheckOutcome(models.TextChoices):
        ACCEPTED = "accepted", "accepted by the provider"
        REFUSED = "refused", "refused by the provider"
        UNKNOWN = "unknown", "the provider could not be asked"

    # Sealed column, and its name in the additional authenticated data (rotate_encryption).
    sealed_fields: ClassVar[dict[str, str]] = {"sealed_secrets": "secrets"}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="connections")
    provider = models.CharField(max_length=20, choices=provider_choices)
    name = models.CharField(max_length=100, blank=True, default="")
    base_url = models.URLField(blank=True, default="", help_text="Empty: the provider's public address.")
    options = models.JSONField(
        default=dict, blank=True, help_text="Credentials that are not secret, such as account_sid."
    )
    sealed_secrets = models.TextField(blank=True, default="", editable=False)
    is_default = models.BooleanField(default=True)
    # When the credentials were last tried at the provider, and what came back.
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    check_outcome = models.CharField(
        max_length=8, choices=CheckOutcome.choices, blank=True, default="", db_default="", editable=False
    )
    check_message = models.CharField(max_length=300, blank=True, default="", db_default="", editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "provider"],
                condition=models.Q(is_default=True),
                name="one_default_connection_per_provider",
            )
        ]

    def __str__(self) -> str:
        return self.name or f"{self.get_provider_display()} {self.pk}"

    @property
    def events_url(self) -> str:
        """The URL to configure at the provider for its events."""
        return f"{settings.PUBLIC_URL}/v1/providers/{self.pk}/events"

    def set_secrets(self, secrets: dict[str, str]) -> None:
        """Replace the named secrets; the others stay."""
        known = self._secrets() if self.sealed_secrets else {}
        self.sealed_secrets = seal(orjson.dumps(known | secrets).decode(), aad=self._aad())

    def credentials(self) -> dict[str, str]:
        """All credentials with unsealed secrets, for the provider's adapter. Never for output."""
        return {key: str(value) for key, value in self.options.items()} | self._secrets()

    def _secrets(self) -> dict[str, Any]:
        if not self.sealed_secrets:
            return {}
        return dict(orjson.loads(unseal(self.sealed_secrets, aad=self._aad())))

    def _aad(self) -> str:
        return f"{self.account_id}/Connection/{self.pk}/secrets"
