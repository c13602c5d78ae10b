"""Clients that send or read slowly, over raw sockets, and how long a neighbour's request takes meanwhile."""

import contextlib
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests


def connect(url: str, timeout: float = 20, receive_buffer: int = 0) -> socket.socket:
    parts = urlsplit(url)
    peer = socket.socket()
    if receive_buffer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    peer.settimeout(timeout)
    peer.connect((parts.hostname, parts.port))
    return peer


def head(method: str, path: str, *headers: str, length: int | None = None) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers]
    if length is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {length}"]
    return "\r\n".join([*lines, "", ""]).encode()


def read_response(peer: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of one response that has a Content-Length."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = peer.recv(65536)
        if not part:
            raise ConnectionError(f"closed after {data!r}")
        data += part
    top, _, body = data.partition(b"\r\n\r\n")
    first, *lines = top.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += peer.recv(65536)
    return int(first.split()[1]), headers, body


@contextlib.contextmanager
def slow_senders(url: str, first: bytes, count: int, drip: bytes = b"", every: float = 0.5) -> Iterator[list]:
    """`count` connections that have sent `first`, and send `drip` again and again."""
    peers = [connect(url) for _ in range(count)]
    stopped = threading.Event()

    def run() -> None:
        while not stopped.wait(every):
            for peer in peers:
                with contextlib.suppress(OSError):
                    peer.send(drip)

    for peer in peers:
        peer.sendall(first)
    sender = threading.Thread(target=run, daemon=True)
    if drip:
        sender.start()
    try:
        yield peers
    finally:
        stopped.set()
        for peer in peers:
            peer.close()


@contextlib.contextmanager
def busy_clients(act: Callable[[], object], count: int) -> Iterator[None]:
    """`count` threads that do `act` again and again."""
    stopped = threading.Event()

    def run() -> None:
        while not stopped.is_set():
            with contextlib.suppress(requests.RequestException, OSError):
                act()

    with ThreadPoolExecutor(count) as pool:
        for _ in range(count):
            pool.submit(run)
        try:
            yield
        finally:
            stopped.set()


@dataclass(frozen=True)
class Pace:
    """How long requests took (s)."""

    p50: float
    p95: float
    count: int

    def __str__(self) -> str:
        return f"p50 {self.p50 * 1000:.0f} ms, p95 {self.p95 * 1000:.0f} ms"


def pace(ask: Callable[[], object], seconds: float = 2.0, least: int = 20) -> Pace:
    """Make one request after the other for so long, at least so many."""
    times: list[float] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until or len(times) < least:
        began = time.perf_counter()
        ask()
        times.append(time.perf_counter() - began)
        time.sleep(0.01)
    cuts = statistics.quantiles(times, n=20)
    return Pace(cuts[9], cuts[18], len(times))
