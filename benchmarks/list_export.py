"""An export of a million calls: its rate, and the growth of the web process's memory."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

import psutil

from liveplatform.dev.stack import LocalStack

MILLION = "created_at[gte]=182d"
CHUNK = 1 << 16
WARM = 6
MB = 1 << 20


def export_rates(local: LocalStack, key: str) -> Iterator[str]:
    """A line for each format. Small exports run first, so that all code is loaded."""
    for name in ("csv", "ndjson"):
        for _ in range(WARM):
            _read(local, key, f"format={name}&created_at[gte]=5d")
        with _memory_growth(local) as growth:
            lines, size, took = _read(local, key, f"format={name}&{MILLION}")
        yield (
            f"export of {lines:,} lines as {name}: {lines / took:,.0f}/s, {size / MB:,.0f} MB, "
            f"memory of a web process grew by {growth[0] / MB:.1f} MB at most"
        )


def _read(local: LocalStack, key: str, query: str) -> tuple[int, int, float]:
    """Lines, bytes, seconds."""
    http = HTTPConnection("127.0.0.1", local.port, timeout=120)
    began = time.perf_counter()
    http.request("GET", f"/v1/calls/export?{query}", headers={"Authorization": f"Bearer {key}"})
    answer = http.getresponse()
    lines = size = 0
    while chunk := answer.read(CHUNK):
        lines, size = lines + chunk.count(b"\n"), size + len(chunk)
    http.close()
    return lines, size, time.perf_counter() - began


@contextmanager
def _memory_growth(local: LocalStack) -> Iterator[list[int]]:
    """The largest growth of any web process (RSS, bytes) while this is open."""
    parent = psutil.Process(local.processes["web"].pid)
    workers = {process: process.memory_info().rss for process in parent.children(recursive=True)}
    most, over = [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            most[0] = max(most[0], *(p.memory_info().rss - before for p, before in workers.items()))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield most
    finally:
        over.set()
        watcher.join()
