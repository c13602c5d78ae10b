"""The one transport to providers: `requests`, hardened, with errors translated once.

Connections are kept per connection key; one deadline covers a whole request, however slowly the other
side drips; answers are capped; no redirects, no proxies from the environment. A breaker per key stops
asking a provider that keeps failing, and lets one request through now and then to see.
"""

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from urllib.parse import quote

import requests
from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema
from urllib3.exceptions import HTTPError

from providers import sockets
from providers.errors import NotConfigured, ProviderError, Rejected, Unavailable, UnknownOutcome

MAX_RESPONSE_BYTES = 1024 * 1024
READ_SIZE = 64 * 1024
BREAKER_FAILURES = 5
BREAKER_OPEN_SECONDS = 5.0
# Connections that are remembered at a time; the one that was used least recently is forgotten.
MAX_CONNECTIONS_KEPT = 1000
# Nobody is waited for longer than this (s), whatever a Retry-After says.
MAX_RETRY_AFTER = 3600.0

Form = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class ProviderResponse:
    """What came back: HTTP status and the JSON document (an empty dict for an empty body)."""

    status: int
    data: dict[str, Any]


class ErrorReader(Protocol):
    """How a provider words its errors: (code, message, address of the page about it)."""

    def __call__(self, status: int, body: Mapping[str, Any]) -> tuple[str, str, str]: ...


class Transport:
    """Requests to one provider over one connection."""

    def __init__(
        self,
        name: str,
        base_url: str,
        *,
        read_error: ErrorReader,
        key: str = "",
        timeout: float = 8.0,
        address_policy: sockets.AddressPolicy | None = None,
    ) -> None:
        self.name = name
        self.base_url = base_url.rstrip("/")
        self.timeout = timeout
        self._address_policy = address_policy
        self._read_error = read_error
        self._line = _state_of(key or f"{name} {base_url}")

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        form: Form | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[bytes, bytes] | None = None,
        cap: int = MAX_RESPONSE_BYTES,
    ) -> ProviderResponse:
        """One request; the answer (at most `cap` bytes) if it is a 2xx with JSON, else a providers.errors."""
        ask = {"params": params, "data": form, "json": body, "headers": headers, "auth": auth}
        # A GET changes nothing, so nothing about it can be unknown.
        lost = Unavailable if method == "GET" else UnknownOutcome
        self._line.breaker.check(self.name)
        try:
            response, content = self._exchange(method, path, ask, lost, cap)
        except Unavailable:
            self._line.breaker.record_failure()
            raise
        data = _parse_json(content)
        if _is_healthy(response.status_code, data):
            self._line.breaker.record_success()
        else:
            self._line.breaker.record_failure()
        return self._judged(response, data, lost)

    def _exchange(
        self, method: str, path: str, ask: dict[str, Any], lost: type[Unavailable], cap: int
    ) -> tuple[requests.Response, bytes]:
        sockets.start_deadline(self.timeout, self._address_policy)
        try:
            response = self._line.session.request(
                method, self.base_url + path, timeout=self.timeout, stream=True, allow_redirects=False, **ask
            )
            return response, _read_body(response, cap)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise self._no_answer(error, lost) from None  # its text may hold the URL, and numbers in it

    def _no_answer(self, error: Exception, lost: type[Unavailable]) -> ProviderError:
        """Whether it happened is unknown, unless not a byte of it was sent."""
        if sockets.current_request.forbidden:
            text = f"The address given for {self.name} leads to an internal host; use a public one."
            return NotConfigured(text)
        if not sockets.current_request.sent:
            if isinstance(error, InvalidURL | InvalidSchema | MissingSchema):
                return NotConfigured(f"The address given for {self.name} is not a URL.")
            return Unavailable(f"{self.name} could not be reached.", code="unreachable")
        if isinstance(error, _ResponseTooLarge):
            return lost(f"{self.name} answered with more than is read of it.", code="too_large")
        if time.monotonic() >= sockets.current_request.deadline:
            return lost(f"{self.name} did not answer within {self.timeout:g} s.", code="timeout")
        return lost(f"{self.name} broke the connection.", code="connection")

    def _judged(
        self, response: requests.Response, data: dict[str, Any] | None, lost: type[Unavailable]
    ) -> ProviderResponse:
        status = response.status_code
        if 200 <= status < 300 and data is not None:
            return ProviderResponse(status, data)
        code, message, help_url = self._read_error(status, data or {})
        wait = parse_retry_after(response.headers.get("Retry-After", ""))
        if status == 429:
            text = f"{self.name} asks for patience (429)."
            raise Unavailable(text, code=code or "429", help_url=help_url, retry_after=wait)
        if status >= 500 or status == 408 or status < 400:
            what = f"{status} without JSON" if data is None else message
            raise lost(
                f"{self.name} answered {what}.", code=code or str(status), help_url=help_url, retry_after=wait
            )
        code = "auth" if status in (401, 403) else code or str(status)
        raise Rejected(f"{self.name} refused: {message}.", code=code, help_url=help_url)


class TransportFactory(Protocol):
    """Opens the transport of an adapter; the caller has set key, time-out and address policy."""

    def __call__(self, name: str, base_url: str, *, read_error: ErrorReader) -> Transport: ...


def path_segment(name: str) -> str:
    """A name as one segment of a path; one that would leave its place there is Rejected."""
    if name in ("", ".", ".."):
        raise Rejected("An id is empty or dots only.", code="bad_id")
    return quote(name, safe="")


class _ResponseTooLarge(requests.RequestException):
    """The answer is larger than its cap."""


def _read_body(response: requests.Response, cap: int) -> bytes:
    """The whole body, up to `cap` bytes; a connection that is given up on is closed."""
    body = b""
    while chunk := response.raw.read1(READ_SIZE, decode_content=True):
        body += chunk
        if len(body) > cap:
            response.close()
            raise _ResponseTooLarge
    return body


def _is_healthy(status: int, data: dict[str, Any] | None) -> bool:
    """Whether the provider is well, whatever it thinks of the request; one that asks for patience is."""
    return status < 500 and status != 408 and (status >= 400 or data is not None)


class Breaker:
    """Stops asking after BREAKER_FAILURES failures in a row, for BREAKER_PAUSE seconds at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_until = 0.0

    def check(self, name: str) -> None:
        """Let a request through, or raise Unavailable at once; after a pause one probe may pass."""
        with self._lock:
            now = time.monotonic()
            if self._failures < BREAKER_FAILURES:
                return
            if now < self._closed_until:
                # No retry_after: the caller's own growing pauses must outlast a long failure.
                raise Unavailable(f"{name} keeps failing; waiting.", code="breaker_open")
            self._closed_until = now + BREAKER_OPEN_SECONDS

    def record_failure(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= BREAKER_FAILURES:
                self._closed_until = time.monotonic() + BREAKER_OPEN_SECONDS

    def record_success(self) -> None:
        with self._lock:
            self._failures = 0


class _ConnectionState:
    """What is kept per connection: its pool of HTTP connections, and its breaker."""

    def __init__(self) -> None:
        self.session = sockets.new_session()
        self.breaker = Breaker()


_states: OrderedDict[str, _ConnectionState] = OrderedDict()
_lock = threading.Lock()


def _state_of(key: str) -> _ConnectionState:
    with _lock:
        line = _states.pop(key, None) or _ConnectionState()
        _states[key] = line
        if len(_states) > MAX_CONNECTIONS_KEPT:
            _states.popitem(last=False)
        return line


def _parse_json(body: bytes) -> dict[str, Any] | None:
    if not body.strip():
        return {}
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else {"data": data}


def parse_retry_after(value: str, maximum: float = MAX_RETRY_AFTER) -> float | None:
    """Seconds to wait by a Retry-After header (RFC 9110, 10.2.3): a number of seconds or an HTTP date.

    At most `maximum`; None if the header is neither.
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value), maximum)
    try:
        at = parsedate_to_datetime(value)
    except (TypeError, ValueError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max((at - datetime.now(UTC)).total_seconds(), 0.0), maximum)
