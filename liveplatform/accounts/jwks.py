"""JWKS: the public keys that an issuer publishes, fetched when needed and at a bounded rate.

One thread fetches at a time. Who asks for a key that is known never waits for it; who asks for an
unknown one waits a moment at most, so that a slow issuer cannot hold the platform's threads.
"""

import threading
import time
from typing import Any

import jwt
import structlog

from liveplatform.egress.fetch import fetch_text

log = structlog.get_logger(__name__)

# Seconds.
MIN_FETCH_INTERVAL = 30.0  # between two fetches, whatever tokens come in
MAX_AGE = 600.0  # until keys are fetched anew although all are known
MAX_STALE_AGE = 3600.0  # until keys that can no longer be fetched are believed no more
FETCH_WAIT_TIMEOUT = 1.0  # to wait for another thread's fetch

KEY_TYPES = {"RS256": "RSA", "ES256": "EC"}


class JwksUnavailable(Exception):
    """The issuer's keys cannot be fetched."""


class Jwks:
    """The keys behind one URL that are fit for one algorithm."""

    def __init__(self, url: str, algorithm: str) -> None:
        self.url, self.algorithm = url, algorithm
        self._keys: dict[str | None, Any] = {}
        self._asked = self._got = float("-inf")
        self._fetching = threading.Lock()

    def find(self, kid: str | None) -> Any | None:  # noqa: ANN401 - a public key of cryptography's
        """The key with this id (without an id: the only one), or None. KeysUnavailable if there are none."""
        if self._wants(kid) and self._fetching.acquire(timeout=0.0 if self._has(kid) else FETCH_WAIT_TIMEOUT):
            try:
                if self._wants(kid):  # else another thread has been there meanwhile
                    self._fetch()
            finally:
                self._fetching.release()
        keys = self._keys
        if not keys:
            raise JwksUnavailable
        return next(iter(keys.values())) if kid is None and len(keys) == 1 else keys.get(kid)

    def _has(self, kid: str | None) -> bool:
        return kid in self._keys or (kid is None and len(self._keys) == 1)

    def _wants(self, kid: str | None) -> bool:
        age = time.monotonic() - self._asked
        return age > MAX_AGE or (age > MIN_FETCH_INTERVAL and not self._has(kid))

    def _fetch(self) -> None:
        try:
            self._keys = self._parsed(fetch_text(self.url))
            self._got = time.monotonic()
        except (OSError, jwt.PyJWTError, ValueError, TypeError, AttributeError, RecursionError) as error:
            log.warning("jwks_unavailable", url=self.url, error=type(error).__name__)
            if time.monotonic() - self._got > MAX_STALE_AGE:
                self._keys = {}
        finally:
            self._asked = time.monotonic()

    def _parsed(self, text: str) -> dict[str | None, Any]:
        wanted = KEY_TYPES[self.algorithm]
        found = jwt.PyJWKSet.from_json(text).keys
        return {key.key_id: key.key for key in found if key.key_type == wanted and _is_signing_key(key)}


def _is_signing_key(key: jwt.PyJWK) -> bool:
    return key.public_key_use in (None, "sig") and (key.key_id is None or isinstance(key.key_id, str))
