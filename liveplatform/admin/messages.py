"""Storage of what staff are told on their next page: in the session, sealed, as it may hold a new key."""

from collections.abc import Sequence
from typing import Any

from django.contrib.messages.storage.session import SessionStorage

from liveplatform.crypto import DecryptionFailed, seal, unseal

AAD = "session messages"


class SealedSessionStorage(SessionStorage):
    """Django's session storage; the database holds its messages encrypted. Nothing is kept in cookies."""

    def serialize_messages(self, messages: Sequence[Any]) -> str:
        return seal(super().serialize_messages(messages), aad=AAD)

    def deserialize_messages(self, data: list[Any] | str | None) -> list[Any]:
        if not isinstance(data, str):
            return list(data or [])
        try:
            return list(super().deserialize_messages(unseal(data, aad=AAD)) or [])
        except DecryptionFailed:  # its key was removed meanwhile
            return []
