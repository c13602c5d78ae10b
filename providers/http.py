"""The one transport to providers: `requests`, hardened, with errors translated once.

Connections are kept per connection key; one deadline covers a whole request, however slowly the other
side drips; answers are capped; no redirects, no proxies from the environment. A breaker per key stops
asking a provider that keeps failing, and lets one request through now and then to see.
"""

import json
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.exceptions import ReadTimeoutError as DripTimeout

from providers.errors import Rejected, Unavailable, UnknownOutcome

CAP = 1024 * 1024
CHUNK = 64 * 1024
BREAKER_FAILURES = 5
BREAKER_PAUSE = 5.0
CONNECT_TIMEOUT = 3.0

Form = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """What came back: HTTP status and the JSON document (an empty dict for an empty body)."""

    status: int
    data: dict[str, Any]


class ReadsErrors(Protocol):
    """How a provider words its errors: (code, message, address of the page about it)."""

    def __call__(self, status: int, body: Mapping[str, Any]) -> tuple[str, str, str]: ...


class Transport:
    """Requests to one provider over one connection."""

    def __init__(
        self, name: str, base_url: str, *, key: str, timeout: float, read_error: ReadsErrors
    ) -> None:
        self.name = name
        self.base_url = base_url.rstrip("/")
        self.timeout = timeout
        self._read_error = read_error
        self._line = _line(key or f"{name} {base_url}")

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        form: Form | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
    ) -> Answer:
        """One request; the answer if it is a 2xx with JSON, else one of providers.errors."""
        self._line.breaker.admit(self.name)
        ask = {"params": params, "data": form, "json": body, "headers": headers, "auth": auth}
        try:
            answer = self._exchange(method, path, ask)
        except Unavailable:
            self._line.breaker.failed()
            raise
        except Rejected:
            self._line.breaker.worked()
            raise
        self._line.breaker.worked()
        return answer

    def _exchange(self, method: str, path: str, ask: dict[str, Any]) -> Answer:
        deadline = time.monotonic() + self.timeout
        effect = method != "GET"
        timeouts = (min(CONNECT_TIMEOUT, self.timeout), self.timeout)
        try:
            response = self._line.session.request(
                method, self.base_url + path, timeout=timeouts, stream=True, allow_redirects=False, **ask
            )
            body = self._body(response, deadline)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise self._lost(error, effect) from None  # the original text may hold the URL, and numbers in it
        return self._judged(response, body, effect)

    def _body(self, response: requests.Response, deadline: float) -> bytes:
        """The whole body within deadline and cap; a connection that is given up on is closed."""
        body = b""
        while True:
            chunk = response.raw.read1(CHUNK, decode_content=True)
            if not chunk:
                return body
            body += chunk
            if len(body) > CAP or time.monotonic() > deadline:
                response.close()
                raise requests.Timeout("too slow" if len(body) <= CAP else "too large")

    def _lost(self, error: Exception, effect: bool) -> Unavailable:
        """No answer. Whether it happened is unknown, unless no connection came about."""
        if _never_connected(error):
            return Unavailable(f"{self.name} could not be reached.", code="unreachable")
        slow = isinstance(error, requests.Timeout | DripTimeout | TimeoutError)
        what = f"did not answer within {self.timeout:g} s" if slow else "broke the connection"
        kind = UnknownOutcome if effect else Unavailable
        return kind(f"{self.name} {what}.", code="timeout" if slow else "connection")

    def _judged(self, response: requests.Response, body: bytes, effect: bool) -> Answer:
        status = response.status_code
        data = _json(body)
        if 200 <= status < 300 and data is not None:
            return Answer(status, data)
        code, message, help_url = self._read_error(status, data or {})
        wait = _retry_after(response.headers.get("Retry-After", ""))
        if status == 429:
            text = f"{self.name} asks for patience (429)."
            raise Unavailable(text, code=code or "429", help_url=help_url, retry_after=wait)
        if status >= 500 or status == 408 or status < 400:
            text = (
                f"{self.name} answered {status} {'without JSON' if data is None else message}".rstrip() + "."
            )
            kind = UnknownOutcome if effect else Unavailable
            raise kind(text, code=code or str(status), help_url=help_url, retry_after=wait)
        if status in (401, 403):
            code = "auth"
        text = f"{self.name} refused: {message or status}"
        raise Rejected(text, code=code or str(status), help_url=help_url)


class Breaker:
    """Stops asking after BREAKER_FAILURES failures in a row, for BREAKER_PAUSE seconds at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_until = 0.0

    def admit(self, name: str) -> None:
        """Let a request through, or raise Unavailable at once; after a pause one probe may pass."""
        with self._lock:
            now = time.monotonic()
            if self._failures < BREAKER_FAILURES:
                return
            if now < self._closed_until:
                wait = self._closed_until - now
                raise Unavailable(f"{name} keeps failing; waiting.", code="breaker_open", retry_after=wait)
            self._closed_until = now + BREAKER_PAUSE

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= BREAKER_FAILURES:
                self._closed_until = time.monotonic() + BREAKER_PAUSE

    def worked(self) -> None:
        with self._lock:
            self._failures = 0


class _Line:
    """What is kept per connection: its pool of HTTP connections, and its breaker."""

    def __init__(self) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        adapter = HTTPAdapter(pool_connections=2, pool_maxsize=64, max_retries=0)
        self.session.mount("https://", adapter)
        self.session.mount("http://", adapter)
        self.session.headers["User-Agent"] = "LivePlatform/1.0"
        self.session.cookies.set_policy(_NoCookies())
        self.breaker = Breaker()


class _NoCookies(requests.cookies.cookielib.DefaultCookiePolicy):  # type: ignore[name-defined, misc]
    """Providers' cookies are not kept: what one customer's account got must not ride with another's."""

    def set_ok(self, cookie: object, request: object) -> bool:
        return False


_lines: dict[str, _Line] = {}
_lock = threading.Lock()


def _line(key: str) -> _Line:
    with _lock:
        return _lines.setdefault(key, _Line()) if key not in _lines else _lines[key]


def _never_connected(error: Exception) -> bool:
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.SSLError):
        return True
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(reason, NewConnectionError)


def _json(body: bytes) -> dict[str, Any] | None:
    if not body.strip():
        return {}
    try:
        data = json.loads(body)
    except ValueError:
        return None
    return data if isinstance(data, dict) else {"data": data}


def _retry_after(value: str) -> float | None:
    if value.strip().isdigit():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max((at - datetime.now(UTC)).total_seconds(), 0.0)
