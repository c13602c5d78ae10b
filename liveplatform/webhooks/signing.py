"""Signing as Standard Webhooks 1.0.0 has it (github.com/standard-webhooks/standard-webhooks, spec).

A secret is "whsec_" and 24 to 64 bytes in base64; the signature is HMAC-SHA256 over
"id.timestamp.body", sent as "v1,<base64>", one for each secret in force, separated by spaces.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"


def new_secret() -> str:
    """A fresh signing secret."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers(message_id: str, timestamp: int, body: bytes, signing: Iterable[str]) -> dict[str, str]:
    """The three headers of a message; `timestamp` is in Unix seconds."""
    signatures = " ".join(_sign(secret, message_id, timestamp, body) for secret in signing)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signatures,
    }


def _sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = b".".join([message_id.encode(), str(timestamp).encode(), body])
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
