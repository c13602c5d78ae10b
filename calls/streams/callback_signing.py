"""Signatures of callbacks in Vobiz's form: HMAC-SHA256 over the URL without its query, and a nonce.

V2 is Plivo's V2; V3 is Plivo's V3 without parameters. Neither covers the body, so a receiver believes only
that the platform called this URL. Source: docs.vobiz.ai/concepts/validating-callbacks.
"""

import base64
import hashlib
import hmac
import secrets
from urllib.parse import urlsplit, urlunsplit

NONCE_DIGITS = 20


def signature_headers(url: str, secret: str) -> dict[str, str]:
    """The headers of one request to this URL; each has a nonce of its own."""
    base, v2, v3 = _base_url(url), _nonce(), _nonce()
    return {
        "X-Vobiz-Signature-V2": _sign(base + v2, secret),
        "X-Vobiz-Signature-V2-Nonce": v2,
        "X-Vobiz-Signature-V3": _sign(f"{base}.{v3}", secret),
        "X-Vobiz-Signature-V3-Nonce": v3,
    }


def _base_url(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))


def _nonce() -> str:
    return "".join(secrets.choice("0123456789") for _ in range(NONCE_DIGITS))


def _sign(text: str, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()
