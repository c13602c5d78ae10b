"""Sealing secrets: AES-256-GCM, bound to the place where they belong.

A sealed text is "keyid:base64(nonce + ciphertext)". The additional data names tenant, model, row and
field, so that a sealed text moved elsewhere does not open. Opening fails closed.
"""

import base64
import binascii
import secrets
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

NONCE = 12


class DecryptionFailed(Exception):
    """A sealed text that is not ours, was moved or altered, or whose key is gone."""


def seal(plaintext: str, *, aad: str) -> str:
    """Seal with the newest key; opens only with the same `aad`."""
    key_id, key = next(iter(_keys(settings.ENCRYPTION_KEYS).items()))
    nonce = secrets.token_bytes(NONCE)
    sealed = AESGCM(key).encrypt(nonce, plaintext.encode(), aad.encode())
    return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def unseal(text: str, *, aad: str) -> str:
    """Open a sealed text; CannotOpen if that fails for whatever reason."""
    key_id, _, body = text.partition(":")
    try:
        raw = base64.b64decode(body, validate=True)
        key = _keys(settings.ENCRYPTION_KEYS)[key_id]
        return AESGCM(key).decrypt(raw[:NONCE], raw[NONCE:], aad.encode()).decode()
    except (KeyError, ValueError, InvalidTag) as error:
        raise DecryptionFailed(f"A secret sealed with key {key_id[:20]!r} could not be opened.") from error


def sealed_with_newest(text: str) -> bool:
    """Whether the text was sealed with the key in use now."""
    return text.partition(":")[0] == next(iter(_keys(settings.ENCRYPTION_KEYS)))


@cache
def _keys(setting: str) -> dict[str, bytes]:
    """The keys of ENCRYPTION_KEYS by id, newest first; ValueError if the setting is wrong."""
    keys = {}
    for entry in setting.split(","):
        key_id, _, text = entry.strip().partition(":")
        try:
            key = base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise ValueError(f"key {key_id!r} is not base64") from error
        if not key_id or len(key) != 32:
            raise ValueError(f"key {key_id!r} must be an id, a colon and 32 bytes in base64")
        keys[key_id] = key
    return keys


@register()
def check_keys(**_: object) -> list[CheckMessage]:
    """Report a wrong ENCRYPTION_KEYS at start, not at the first secret."""
    try:
        _keys(settings.ENCRYPTION_KEYS)
    except ValueError as error:
        return [
            Error(f"ENCRYPTION_KEYS: {error}.", hint='Write "id:base64,olderid:base64".', id="crypto.E001")
        ]
    return []
