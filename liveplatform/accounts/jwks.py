"""JSON Web Key Sets (RFC 7517): an issuer's public keys, fetched on demand at a bounded rate.

One thread fetches at a time. A request with a known key never waits for the fetch; one with an unknown key
waits FETCH_WAIT_TIMEOUT at most, so that a slow issuer cannot hold the platform's threads.
"""

import threading
import time
from typing import Any

import jwt
import structlog

from liveplatform.egress.fetch import fetch_text

log = structlog.get_logger(__name__)

# Seconds.
MIN_FETCH_INTERVAL = 30.0  # between two fetches, whichever key ids are asked for
MAX_AGE = 600.0  # after which known keys are fetched again
MAX_STALE_AGE = 3600.0  # after which keys are dropped if every fetch failed
FETCH_WAIT_TIMEOUT = 1.0  # for the fetch of another thread

KEY_TYPES = {"RS256": "RSA", "ES256": "EC"}


class JwksUnavailable(Exception):
    """The issuer's key set cannot be fetched."""


class Jwks:
    """The keys of one JWKS URL that fit one algorithm."""

    def __init__(self, url: str, algorithm: str) -> None:
        self.url, self.algorithm = url, algorithm
        self._keys: dict[str | None, Any] = {}
        self._tried_at = self._fetched_at = float("-inf")
        self._fetch_lock = threading.Lock()

    def find(self, kid: str | None) -> Any | None:  # noqa: ANN401 - a public key of cryptography's
        """The key with this id (None: the only key), or None. Raises JwksUnavailable if no keys are known."""
        if self._needs_fetch(kid) and self._fetch_lock.acquire(
            timeout=0.0 if self._has(kid) else FETCH_WAIT_TIMEOUT
        ):
            try:
                if self._needs_fetch(kid):  # else another thread has fetched meanwhile
                    self._fetch()
            finally:
                self._fetch_lock.release()
        keys = self._keys
        if not keys:
            raise JwksUnavailable
        return next(iter(keys.values())) if kid is None and len(keys) == 1 else keys.get(kid)

    def _has(self, kid: str | None) -> bool:
        return kid in self._keys or (kid is None and len(self._keys) == 1)

    def _needs_fetch(self, kid: str | None) -> bool:
        age = time.monotonic() - self._tried_at
        return age > MAX_AGE or (age > MIN_FETCH_INTERVAL and not self._has(kid))

    def _fetch(self) -> None:
        try:
            self._keys = self._parse(fetch_text(self.url))
            self._fetched_at = time.monotonic()
        except (OSError, jwt.PyJWTError, ValueError, TypeError, AttributeError, RecursionError) as error:
            log.warning("jwks_unavailable", url=self.url, error=type(error).__name__)
            if time.monotonic() - self._fetched_at > MAX_STALE_AGE:
                self._keys = {}
        finally:
            self._tried_at = time.monotonic()

    def _parse(self, text: str) -> dict[str | None, Any]:
        key_type = KEY_TYPES[self.algorithm]
        found = jwt.PyJWKSet.from_json(text).keys
        return {key.key_id: key.key for key in found if key.key_type == key_type and _is_signing_key(key)}


def _is_signing_key(key: jwt.PyJWK) -> bool:
    return key.public_key_use in (None, "sig") and (key.key_id is None or isinstance(key.key_id, str))
