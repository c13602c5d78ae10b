"""EncryptionKey: what tells a wrong key of ENCRYPTION_KEYS at start."""

from django.db import models
from django.db.models.functions import Now


class EncryptionKey(models.Model):
    """A key that this database was used with: its id and a fingerprint, never the key."""

    key_id = models.CharField(max_length=100, primary_key=True)
    fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return self.key_id
