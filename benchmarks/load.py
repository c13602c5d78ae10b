"""A load generator that costs little: raw keep-alive sockets in one thread, prepared requests.

Threads would fight over the interpreter's lock and take the second core from what is measured.
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
    """What a run came to: requests a second, and latency percentiles in milliseconds."""

    rate: float
    p50: float
    p99: float
    failed: int

    def __str__(self) -> str:
        failed = f", {self.failed} FAILED" if self.failed else ""
        return f"{self.rate:,.0f}/s, p50 {self.p50:.1f} ms, p99 {self.p99:.1f} ms{failed}"


@dataclass
class _Line:
    """One keep-alive connection, and the request that is under way on it."""

    socket: socket.socket
    began: float = 0.0
    received: bytearray = field(default_factory=bytearray)
    wanted: int = -1  # bytes of the whole answer, once its head is there


def post_all(
    url: str, bodies: Sequence[bytes], connections: int, headers: str = "", rate: float = 0.0
) -> Load:
    """POST every body once over so many connections; anything but a 200 with a body has failed.

    `rate` holds the load down to so many requests a second; 0: as many as it can.
    """
    parts = urlsplit(url)
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n{headers}"
    )
    requests = ((head + f"Content-Length: {len(b)}\r\n\r\n").encode() + b for b in bodies)
    return _run(str(parts.hostname), int(parts.port or 80), requests, connections, rate)


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
            line: _Line = key.data
            if _whole(line):
                times.append(time.perf_counter() - line.began)
                failed += not _fine(line)
                busy.unregister(line.socket)
                idle.append(line)
    took = time.perf_counter() - began
    for line in idle:
        line.socket.close()
    cuts = statistics.quantiles(times, n=100)
    return Load(len(times) / took, cuts[49] * 1000, cuts[98] * 1000, failed)


def _connected(host: str, port: int) -> _Line:
    line = socket.create_connection((host, port), timeout=30)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return _Line(line)


def _is_due(sent: int, rate: float, began: float) -> bool:
    return not rate or sent <= (time.perf_counter() - began) * rate


def _send(line: _Line, request: bytes, busy: selectors.BaseSelector) -> None:
    line.received.clear()
    line.wanted = -1
    line.began = time.perf_counter()
    line.socket.sendall(request)
    busy.register(line.socket, selectors.EVENT_READ, line)


def _whole(line: _Line) -> bool:
    """Read what is there; True once the answer is complete."""
    data = line.socket.recv(65536)
    if not data:
        raise ConnectionError("the server closed the connection")
    line.received += data
    if line.wanted < 0 and (end := line.received.find(b"\r\n\r\n")) >= 0:
        line.wanted = end + 4 + _length(bytes(line.received[:end]).lower())
    return 0 <= line.wanted <= len(line.received)


def _length(head: bytes) -> int:
    _, _, rest = head.partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0] or b"0")


def _fine(line: _Line) -> bool:
    return line.received.startswith(b"HTTP/1.1 200") and not line.received.endswith(b"\r\n\r\n")
