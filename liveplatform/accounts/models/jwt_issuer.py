"""JwtIssuer: who may issue tokens for an account."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from liveplatform.accounts.models.account import Account
from liveplatform.crypto import seal, unseal
from liveplatform.db.uuid7 import uuid7


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
