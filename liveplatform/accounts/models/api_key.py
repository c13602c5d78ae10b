"""ApiKey: a key of an account."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from liveplatform.accounts.models.account import Account
from liveplatform.db.uuid7 import uuid7


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
