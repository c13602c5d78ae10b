"""A cheap load generator: raw keep-alive sockets in one thread, with requests composed beforehand.

Threads would contend for the interpreter's lock, and use the CPU that the platform under test needs.
"""

import selectors
import socket
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Load:
    """Requests per second, and latency percentiles in milliseconds."""

    rate: float
    p50: float
    p99: float
    failed: int

    def __str__(self) -> str:
        failed = f", {self.failed} FAILED" if self.failed else ""
        return f"{self.rate:,.0f}/s, p50 {self.p50:.1f} ms, p99 {self.p99:.1f} ms{failed}"


@dataclass
class _Connection:
    """One keep-alive connection and its current request."""

    socket: socket.socket
    began: float = 0.0
    received: bytearray = field(default_factory=bytearray)
    length: int = -1  # of the whole response, once its head has arrived


def post_all(
    url: str, bodies: Sequence[bytes], connections: int, headers: str = "", rate: float = 0.0
) -> Load:
    """POST every body once over `connections`; any response but a 200 or 201 with a body counts as failed.

    `rate`: maximum of requests per second; 0: unlimited.
    """
    parts = urlsplit(url)
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n{headers}"
    )
    requests = ((head + f"Content-Length: {len(b)}\r\n\r\n").encode() + b for b in bodies)
    return _run(str(parts.hostname), int(parts.port or 80), requests, connections, rate)


def post_each(url: str, paths: Sequence[str], connections: int, headers: str = "") -> Load:
    """POST to every path once, without a body; otherwise as `post_all`."""
    parts = urlsplit(url)
    tail = f"HTTP/1.1\r\nHost: {parts.netloc}\r\n{headers}Content-Length: 0\r\n\r\n"
    requests = (f"POST {path} {tail}".encode() for path in paths)
    return _run(str(parts.hostname), int(parts.port or 80), requests, connections, 0.0)


def _run(host: str, port: int, requests: Iterator[bytes], connections: int, rate: float) -> Load:
    times: list[float] = []
    failed = sent = 0
    idle = [_connected(host, port) for _ in range(connections)]
    busy = selectors.DefaultSelector()
    request = next(requests, None)
    began = time.perf_counter()
    while request is not None or busy.get_map():
        while request is not None and idle and _is_due(sent, rate, began):
            _send(idle.pop(), request, busy)
            request, sent = next(requests, None), sent + 1
        for key, _ in busy.select(timeout=0.001 if rate else 1):
            connection: _Connection = key.data
            if _is_complete(connection):
                times.append(time.perf_counter() - connection.began)
                failed += not _is_success(connection)
                busy.unregister(connection.socket)
                idle.append(connection)
    took = time.perf_counter() - began
    for connection in idle:
        connection.socket.close()
    cuts = statistics.quantiles(times, n=100)
    return Load(len(times) / took, cuts[49] * 1000, cuts[98] * 1000, failed)


def _connected(host: str, port: int) -> _Connection:
    connection = socket.create_connection((host, port), timeout=30)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return _Connection(connection)


def _is_due(sent: int, rate: float, began: float) -> bool:
    return not rate or sent <= (time.perf_counter() - began) * rate


def _send(connection: _Connection, request: bytes, busy: selectors.BaseSelector) -> None:
    connection.received.clear()
    connection.length = -1
    connection.began = time.perf_counter()
    connection.socket.sendall(request)
    busy.register(connection.socket, selectors.EVENT_READ, connection)


def _is_complete(connection: _Connection) -> bool:
    """Read what has arrived; True once the response is complete."""
    data = connection.socket.recv(65536)
    if not data:
        raise ConnectionError("the server closed the connection")
    connection.received += data
    if connection.length < 0 and (end := connection.received.find(b"\r\n\r\n")) >= 0:
        connection.length = end + 4 + _content_length(bytes(connection.received[:end]).lower())
    return 0 <= connection.length <= len(connection.received)


def _content_length(head: bytes) -> int:
    _, _, rest = head.partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0] or b"0")


def _is_success(connection: _Connection) -> bool:
    is_made = connection.received.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201"))
    return is_made and not connection.received.endswith(b"\r\n\r\n")
