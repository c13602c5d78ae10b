"""CallbackSecret: what signs callbacks of an account in vendors' forms."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from liveplatform.accounts.models.account import Account
from liveplatform.crypto import seal, unseal


class CallbackSecret(models.Model):
    """The secret that signs callbacks in vendors' forms: their receivers check them with an auth token.

    API keys cannot sign: only their hashes are kept.
    """

    # Sealed column, and its name in the additional authenticated data (rotate_encryption).
    sealed_fields: ClassVar[dict[str, str]] = {"sealed_secret": "secret"}

    account = models.OneToOneField(
        Account, models.CASCADE, related_name="callback_secret", primary_key=True, editable=False
    )
    sealed_secret = models.TextField(editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    rotated_at = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return f"callback secret of {self.account}"

    @property
    def secret(self) -> str:
        return unseal(self.sealed_secret, aad=self._aad())

    @secret.setter
    def secret(self, value: str) -> None:
        self.sealed_secret = seal(value, aad=self._aad())

    def _aad(self) -> str:
        return f"{self.account_id}/CallbackSecret/{self.pk}/secret"
