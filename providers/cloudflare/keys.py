"""The public key that verifies RealtimeKit's webhooks: fetched, kept, fetched again when it has changed.

Source: developers.cloudflare.com/realtime/realtimekit/webhooks. {success, data: {publicKey: <PEM>}} at
/.well-known/webhooks.json of its host.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from providers.errors import NotConfigured, ProviderError
from providers.events import as_mapping
from providers.http import Transport, TransportOptions

ADDRESS = "/.well-known/webhooks.json"
# Seconds: a signature of an unknown key is a reason to fetch it again only so often.
MIN_INTERVAL, RETRY_INTERVAL = 60.0, 5.0
# A webhook waits so long (s) for the key.
TIMEOUT = 3.0
# Hosts whose keys are kept; the least recently used is dropped.
MAX_KEPT = 1000


@dataclass
class _Kept:
    key: RSAPublicKey | None = None
    tried_at: float = float("-inf")


_kept: OrderedDict[str, _Kept] = OrderedDict()
_lock = threading.Lock()


class WebhookKeys:
    """The key that is published at `origin`, as seen over the connection of `options`."""

    def __init__(self, options: TransportOptions, origin: str) -> None:
        self._origin = origin
        options = replace(
            options, base_url=origin, key=f"{origin} keys", timeout=min(TIMEOUT, options.timeout)
        )
        self._http = Transport("Cloudflare", options, base_url=origin, read_error=_read_error)

    def current(self) -> RSAPublicKey:
        """The key as last fetched. Raises NotConfigured while it cannot be had: the webhook is sent again."""
        kept = self._entry()
        if kept.key is None:
            self._fetch(kept, RETRY_INTERVAL)
        if kept.key is None:
            raise NotConfigured("The key that proves Cloudflare's webhooks could not be fetched.")
        return kept.key

    def newer_than(self, key: RSAPublicKey) -> RSAPublicKey | None:
        """Another key, if there is one by now; asked at most once a minute."""
        kept = self._entry()
        self._fetch(kept, MIN_INTERVAL)
        return kept.key if kept.key != key else None

    def _entry(self) -> _Kept:
        with _lock:
            kept = _kept.pop(self._origin, None) or _Kept()
            _kept[self._origin] = kept
            if len(_kept) > MAX_KEPT:
                _kept.popitem(last=False)
            return kept

    def _fetch(self, kept: _Kept, interval: float) -> None:
        with _lock:
            if time.monotonic() - kept.tried_at < interval:
                return
            kept.tried_at = time.monotonic()
        try:
            kept.key = _read_key(self._http.request("GET", ADDRESS).data)
        except ProviderError:
            return  # the one that is known stays


def _read_key(document: Mapping[str, Any]) -> RSAPublicKey:
    """Raises NotConfigured for anything but an RSA key."""
    text = as_mapping(document.get("data")).get("publicKey")
    try:
        key = load_pem_public_key(str(text).encode())
    except ValueError as error:
        raise NotConfigured("What is published is not a key.") from error
    if not isinstance(key, RSAPublicKey):
        raise NotConfigured("What is published is not an RSA key.")
    return key


def _read_error(status: int, body: Mapping[str, Any]) -> tuple[str, str, str]:
    return "", str(status), ""
