"""What the API itself keeps: the answers given under an Idempotency-Key."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class IdempotencyRecord(models.Model):
    """One keyed request of one principal at one route: under way, or answered."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    principal = models.CharField(max_length=80)
    route = models.CharField(max_length=300)
    key = models.CharField(max_length=255)
    fingerprint = models.BinaryField(max_length=32)
    # Under way until answered; a process that died frees the key when this has passed.
    locked_until = models.DateTimeField(null=True)
    status = models.SmallIntegerField(null=True)
    body = models.BinaryField(null=True)
    # Of the principal that got the answer: it may show what other scopes may not see.
    scopes = ArrayField(models.CharField(max_length=40), null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "principal", "route", "key"], name="idempotency_key")
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_created")]

    def __str__(self) -> str:
        return f"{self.route} {self.status or 'under way'}"
