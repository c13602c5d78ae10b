"""A load generator that costs little: raw keep-alive sockets, one thread each, prepared requests."""

import socket
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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


def post_all(url: str, bodies: Sequence[bytes], connections: int, headers: str = "") -> Load:
    """POST every body once over so many connections; anything but a 200 with a body has failed."""
    waiting, lock = iter(bodies), threading.Lock()
    times: list[float] = []
    failed: list[int] = []
    threads = [
        threading.Thread(target=_client, args=(url, waiting, lock, times, failed, headers))
        for _ in range(connections)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    cuts = statistics.quantiles(times, n=100)
    return Load(len(times) / took, cuts[49] * 1000, cuts[98] * 1000, len(failed))


def _client(
    url: str,
    waiting: Iterator[bytes],
    lock: threading.Lock,
    times: list[float],
    failed: list[int],
    headers: str,
) -> None:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            with lock:
                body = next(waiting, None)
            if body is None:
                return
            head = f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
            head += f"Content-Length: {len(body)}\r\n{headers}\r\n"
            began = time.perf_counter()
            line.sendall(head.encode() + body)
            if not _answered(line):
                failed.append(1)
            times.append(time.perf_counter() - began)


def _answered(line: socket.socket) -> bool:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(line)
    head, _, rest = data.partition(b"\r\n\r\n")
    fields = dict(line.split(b":", 1) for line in head.lower().split(b"\r\n")[1:] if b":" in line)
    length = int(fields.get(b"content-length", b"0").strip())
    while len(rest) < length:
        rest += _more(line)
    return head.startswith(b"HTTP/1.1 200") and length > 0


def _more(line: socket.socket) -> bytes:
    data = line.recv(65536)
    if not data:
        raise ConnectionError("the server closed the connection")
    return data
