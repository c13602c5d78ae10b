"""PhoneNumber: a customer's phone number and the connection that carries its calls."""

from django.db import models
from django.db.models.functions import Now

from liveplatform.accounts.models import Account, Connection
from liveplatform.db.uuid7 import uuid7


class PhoneNumber(models.Model):
    """A customer's phone number and the connection (their own Twilio account) that carries its calls."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="phone_numbers")
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="phone_numbers")
    number = models.CharField(max_length=20, help_text="E.164, such as +14155550100.")
    country_code = models.CharField(max_length=2, blank=True, default="")
    nickname = models.CharField(max_length=100, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "number"], name="number_once_per_account")]

    def __str__(self) -> str:
        return self.nickname or str(self.id)
