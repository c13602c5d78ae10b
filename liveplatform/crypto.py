"""Encryption of secrets at rest: AES-256-GCM, bound to the field that holds them.

A sealed text is "keyid:base64(nonce + ciphertext)". The additional authenticated data names tenant, model,
row and field, so that a sealed text copied to another place cannot be decrypted.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

NONCE = 12  # bytes
FINGERPRINT = b"liveplatform encryption key"


class DecryptionFailed(Exception):
    """The sealed text was altered or moved, is no sealed text, or its key is not configured."""


def seal(plaintext: str, *, aad: str) -> str:
    """Encrypt with the newest key; decryption needs the same `aad` (additional authenticated data)."""
    key_id, key = next(iter(_keys(settings.ENCRYPTION_KEYS).items()))
    nonce = secrets.token_bytes(NONCE)
    sealed = AESGCM(key).encrypt(nonce, plaintext.encode(), aad.encode())
    return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def unseal(text: str, *, aad: str) -> str:
    """Decrypt a sealed text; raises DecryptionFailed."""
    key_id, _, body = text.partition(":")
    try:
        raw = base64.b64decode(body, validate=True)
        key = _keys(settings.ENCRYPTION_KEYS)[key_id]
        return AESGCM(key).decrypt(raw[:NONCE], raw[NONCE:], aad.encode()).decode()
    except (KeyError, ValueError, InvalidTag) as error:
        raise DecryptionFailed(f"A secret sealed with key {key_id[:20]!r} could not be opened.") from error


def sealed_with_newest(text: str) -> bool:
    """Whether the text was encrypted with the newest key."""
    return text.partition(":")[0] == next(iter(_keys(settings.ENCRYPTION_KEYS)))


def fingerprints(setting: str) -> dict[str, str]:
    """A fingerprint of each key of ENCRYPTION_KEYS, by id; it tells nothing about the key."""
    return {
        key_id: hmac.new(key, FINGERPRINT, hashlib.sha256).hexdigest()
        for key_id, key in _keys(setting).items()
    }


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
    """System check: report a malformed ENCRYPTION_KEYS at start."""
    try:
        _keys(settings.ENCRYPTION_KEYS)
    except ValueError as error:
        return [
            Error(f"ENCRYPTION_KEYS: {error}.", hint='Write "id:base64,olderid:base64".', id="crypto.E001")
        ]
    return []
