"""Account (the tenant), ApiKey, JwtIssuer and Connection."""

import secrets
import string
from collections.abc import Sequence
from typing import Any, ClassVar

import orjson
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Value
from django.db.models.functions import Lower, Now

from liveplatform.crypto import seal, unseal
from liveplatform.db.uuid7 import uuid7
from providers.registry import provider_choices

MAX_METADATA_KEYS = 5
ALPHABET = string.ascii_uppercase + string.digits


def new_auth_id() -> str:
    """20 characters beginning MA, as Vobiz and Plivo have them."""
    return "MA" + "".join(secrets.choice(ALPHABET) for _ in range(18))


class Account(models.Model):
    """A tenant. Every row belongs to one, and every query is bound to it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=200)
    auth_id = models.CharField(max_length=20, unique=True, default=new_auth_id, editable=False)
    is_active = models.BooleanField(default=True)
    strict_errors = models.BooleanField(
        default=False, help_text="POST /calls/end answers failures with 4xx instead of 200 and an empty body."
    )
    call_time_limit = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Seconds a call may last that has no limit of its own; empty: no limit.",
    )
    call_join_limit = models.PositiveIntegerField(
        default=3600,
        db_default=3600,
        help_text="Seconds after which a live video call that nobody has joined is ended; 0: never.",
    )
    key_rate_limit = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Requests a minute of one key or token; empty: the default, 0: no limit.",
    )
    rate_limit = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Requests a minute of all keys and tokens together; empty: the default, 0: no limit.",
    )
    # The names in calls' metadata that calls are filtered by. A name keeps its place; "" is a free one.
    metadata_keys = ArrayField(
        models.CharField(max_length=64, blank=True),
        size=MAX_METADATA_KEYS,
        default=list,
        blank=True,
        db_default=Value([], ArrayField(models.CharField(max_length=64))),
        editable=False,
    )
    # New names, by which the calls from before are still to be indexed; until then a process works on it.
    metadata_pending = ArrayField(
        models.CharField(max_length=64),
        default=list,
        blank=True,
        db_default=Value([], ArrayField(models.CharField(max_length=64))),
        editable=False,
    )
    metadata_lease = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            # Commands and staff find an account by its name.
            models.UniqueConstraint(
                Lower("name"),
                name="unique_account_name",
                violation_error_message="There is another account with this name.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def declare_metadata_keys(self, names: Sequence[str]) -> None:
        """Let calls be filtered by these names; those that are declared keep their place. Does not save."""
        places = [name if name in names else "" for name in self.metadata_keys]
        for name in names:
            if name not in places:
                free = places.index("") if "" in places else len(places)
                places[free : free + 1] = [name]
        new = [name for name in names if name in self.metadata_pending or name not in self.metadata_keys]
        self.metadata_keys, self.metadata_pending = places, new

    @property
    def rate_limits(self) -> tuple[int | None, int | None]:
        """Of one principal, and of the account."""
        return self.key_rate_limit, self.rate_limit

    @property
    def account_id(self) -> str:
        """The id in 32 hexadecimal characters, as clients see it."""
        return self.id.hex


class ApiKey(models.Model):
    """An API key of the account, valid on every surface. Only the hash of its secret is stored."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100, blank=True, default="")
    public_id = models.CharField(max_length=20, unique=True, editable=False)
    secret_hash = models.BinaryField(max_length=32, editable=False)
    scopes = ArrayField(models.CharField(max_length=40), default=list)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    rotated_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.CharField(max_length=80, blank=True, default="", db_default="", editable=False)
    # The key that made this one and is revoked with it; the successor takes the place of a rotated key.
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="made_keys"
    )

    class Meta:
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name or 'key'} {self.public_id}"


class JwtIssuer(models.Model):
    """An issuer whose JWTs the account accepts, with its one algorithm."""

    class Algorithm(models.TextChoices):
        HS256 = "HS256"
        RS256 = "RS256"
        ES256 = "ES256"

    # Sealed column, and its name in the additional authenticated data (rotate_encryption).
    sealed_fields: ClassVar[dict[str, str]] = {"sealed_secret": "secret"}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="jwt_issuers")
    issuer = models.CharField(max_length=255, help_text="The iss claim.")
    audience = models.CharField(max_length=255, help_text="The aud claim.")
    algorithm = models.CharField(max_length=5, choices=Algorithm.choices)
    sealed_secret = models.TextField(blank=True, default="", editable=False)  # HS256
    public_key = models.TextField(blank=True, default="", help_text="PEM, for RS256 and ES256.")
    jwks_url = models.URLField(blank=True, default="", help_text="Instead of a fixed public key.")
    scopes = ArrayField(models.CharField(max_length=40), default=list, help_text="The most a token may have.")
    is_for_users = models.BooleanField(
        default=False,
        db_default=False,
        verbose_name="for end users",
        help_text="Its tokens are of end users: they reach sessions, and nothing else of the API.",
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "JWT issuer"
        constraints = [models.UniqueConstraint(fields=["issuer", "audience"], name="issuer_and_audience")]

    def __str__(self) -> str:
        return self.issuer

    @property
    def secret(self) -> str:
        return unseal(self.sealed_secret, aad=self._aad()) if self.sealed_secret else ""

    @secret.setter
    def secret(self, value: str) -> None:
        self.sealed_secret = seal(value, aad=self._aad())

    def _aad(self) -> str:
        return f"{self.account_id}/JwtIssuer/{self.pk}/secret"


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
