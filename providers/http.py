"""HTTP requests to providers: one deadline, a size limit, no redirects, errors translated in one place.

Only an error in the company's own form is a refusal. Anything else (a page of a proxy in front of it,
another content type, JSON of another form) is a lost answer, whatever its status: the request may have had
its effect.

Connections are pooled per connection key; a circuit breaker per key stops requests to a provider that keeps
failing, and lets one through at intervals to test it.
"""

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
from providers.body import ResponseTooLarge, parse_json, plain_text, read_body
from providers.breaker import Breaker
from providers.errors import NotConfigured, ProviderError, Rejected, Unavailable, UnknownOutcome

MAX_RESPONSE_BYTES = 1024 * 1024
# Pools and breakers kept at a time; the least recently used is dropped.
MAX_CONNECTIONS_KEPT = 1000
# A request that takes longer (s), answered or not, is slow.
SLOW_SECONDS = 3.0
# Seconds; a longer Retry-After is shortened to this.
MAX_RETRY_AFTER = 3600.0

Form = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class TransportOptions:
    """Of one connection. `key` names it: requests with the same key share a pool and a breaker.

    `base_url`: empty for the provider's public one. `timeout`: deadline (s) of each request.
    """

    base_url: str = ""
    key: str = ""
    timeout: float = 8.0
    address_policy: sockets.AddressPolicy | None = None


@dataclass(frozen=True)
class ProviderResponse:
    """HTTP status and JSON document (an empty dict for an empty body)."""

    status: int
    data: dict[str, Any]


class ErrorReader(Protocol):
    """Parses a provider's error body into (code, message, URL of its page about the code).

    `body` is the JSON object, or {"text": …} of a short plain text. The code is empty for an error that is
    not in the company's own form.
    """

    def __call__(self, status: int, body: Mapping[str, Any]) -> tuple[str, str, str]: ...


class Transport:
    """Requests to one provider over one connection."""

    def __init__(
        self, name: str, options: TransportOptions, *, base_url: str, read_error: ErrorReader
    ) -> None:
        self.name = name
        self.base_url = (options.base_url or base_url).rstrip("/")
        self.timeout = options.timeout
        self._policy = options.address_policy
        self._read_error = read_error
        self._state = _state_of(options.key or f"{name} {self.base_url}")

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
        max_bytes: int = MAX_RESPONSE_BYTES,
    ) -> ProviderResponse:
        """One request. Returns a 2xx with JSON of at most `max_bytes`; raises providers.errors otherwise."""
        arguments = {"params": params, "data": form, "json": body, "headers": headers, "auth": auth}
        # A GET has no effect, so its outcome is never unknown.
        lost = Unavailable if method == "GET" else UnknownOutcome
        if time.monotonic() >= sockets.current_request.until:
            raise Unavailable(f"It is too late to ask {self.name}: the lease is over.", code="lease_over")
        self._state.breaker.check(self.name)
        try:
            response, content = self._send_timed(method, path, arguments, lost, max_bytes)
        except Unavailable:
            self._state.breaker.record_failure()
            raise
        data = parse_json(response, content)
        if _is_healthy(response.status_code, data):
            self._state.breaker.record_success()
        else:
            self._state.breaker.record_failure()
        return self._result(response, data, lost, plain_text(response, content))

    def _send_timed(
        self, method: str, path: str, arguments: dict[str, Any], lost: type[Unavailable], max_bytes: int
    ) -> tuple[requests.Response, bytes]:
        """As `_send`; the time it takes tells whether the provider is worth waiting for (require_quick)."""
        began = time.monotonic()
        try:
            return self._send(method, path, arguments, lost, max_bytes)
        finally:
            if time.monotonic() - began < min(SLOW_SECONDS, self.timeout):
                self._state.patience.record_success()
            else:
                self._state.patience.record_failure()

    def _send(
        self, method: str, path: str, arguments: dict[str, Any], lost: type[Unavailable], max_bytes: int
    ) -> tuple[requests.Response, bytes]:
        sockets.start_deadline(self.timeout, self._policy)
        url = self.base_url + path
        try:
            response = self._state.session.request(
                method, url, timeout=self.timeout, stream=True, allow_redirects=False, **arguments
            )
            return response, read_body(response, max_bytes)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise self._no_response(error, lost) from None  # the text may contain the URL and phone numbers

    def _no_response(self, error: Exception, lost: type[Unavailable]) -> ProviderError:
        """The error for a request without a response: `lost`, unless no byte of it was sent."""
        if sockets.current_request.forbidden:
            text = f"The address given for {self.name} leads to an internal host; use a public one."
            return NotConfigured(text)
        if not sockets.current_request.sent:
            if isinstance(error, InvalidURL | InvalidSchema | MissingSchema):
                return NotConfigured(f"The address given for {self.name} is not a URL.")
            return Unavailable(f"{self.name} could not be reached.", code="unreachable")
        if isinstance(error, ResponseTooLarge):
            return lost(f"{self.name} answered with more than is read of it.", code="too_large")
        if time.monotonic() >= sockets.current_request.deadline:
            return lost(f"{self.name} did not answer within {self.timeout:g} s.", code="timeout")
        return lost(f"{self.name} broke the connection.", code="connection")

    def _result(
        self, response: requests.Response, data: dict[str, Any] | None, lost: type[Unavailable], text: str
    ) -> ProviderResponse:
        status = response.status_code
        if 200 <= status < 300 and data is not None:
            return ProviderResponse(status, data)
        code, message, help_url = self._read_error(status, {"text": text} if data is None else data)
        wait = parse_retry_after(response.headers.get("Retry-After", ""))
        if status == 429:
            patience = f"{self.name} asks for patience (429)."
            raise Unavailable(patience, code=code or "429", help_url=help_url, retry_after=wait)
        if status >= 500 or status == 408 or status < 400 or not code:
            what = f"{status} without JSON" if data is None and not code else message
            raise lost(
                f"{self.name} answered {what}.", code=code or str(status), help_url=help_url, retry_after=wait
            )
        code = "auth" if status in (401, 403) else code
        raise Rejected(f"{self.name} refused: {message}.", code=code, help_url=help_url)


def require_quick(key: str, name: str) -> None:
    """Return if the last answers over the connection `key` were not all slow; raise Unavailable if they were.

    For callers that hold up somebody while they wait. One of them is let through at intervals.
    """
    _state_of(key).patience.check(name)


def path_segment(name: str) -> str:
    """A name quoted as one segment of a path. Raises Rejected for one that would change the path."""
    if name in ("", ".", ".."):
        raise Rejected("An id is empty or dots only.", code="bad_id")
    return quote(name, safe="")


def _is_healthy(status: int, data: dict[str, Any] | None) -> bool:
    """Whether the provider works, whether it accepted the request or not; a 429 counts as working."""
    return status < 500 and status != 408 and (status >= 400 or data is not None)


class _ConnectionState:
    """What all requests with one key share."""

    def __init__(self) -> None:
        self.session = sockets.new_session()
        self.breaker = Breaker()
        # Opened by slow answers, good ones too. Workers do not ask it: what must end ends, however slowly.
        self.patience = Breaker()


_states: OrderedDict[str, _ConnectionState] = OrderedDict()
_lock = threading.Lock()


def _state_of(key: str) -> _ConnectionState:
    with _lock:
        state = _states.pop(key, None) or _ConnectionState()
        _states[key] = state
        if len(_states) > MAX_CONNECTIONS_KEPT:
            _states.popitem(last=False)
        return state


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
