"""Attacks on the web processes: slow bodies, stalled readers, and requests that cost much."""

import contextlib
import socket
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import requests

from benchmarks.bench_calls import insert
from benchmarks.chaos.stage import Attack, Stage, hammering

SLOW_BODIES = 40
SLOW_HEADERS = 200
STALLED_READERS = 8
THREADS = 16
CALLS = 20_000
# What a list can be asked for that costs much: rows without an index for the words, deep pages.
LISTS = (
    "/v1/calls?limit=200&title__contains=zzz",
    "/v1/calls?limit=200&ordering=-duration",
    "/v1/calls?limit=200",
)


@contextlib.contextmanager
def slow_bodies(stage: Stage) -> Iterator[None]:
    """Anonymous connections each send a byte of a body now and then."""
    head = b"POST /calls/end HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n{"
    with _connections(stage, SLOW_BODIES, head, drip=b" "):
        yield


@contextlib.contextmanager
def slow_bodies_with_a_key(stage: Stage) -> Iterator[None]:
    """The same by a customer, whose bodies are waited for until their deadline."""
    head = (
        "POST /calls/end HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n"
        f"Authorization: Bearer {stage.attacker.key}\r\n\r\n{{"
    )
    with _connections(stage, SLOW_BODIES, head.encode(), drip=b" "):
        yield


@contextlib.contextmanager
def slow_headers(stage: Stage) -> Iterator[None]:
    """Anonymous connections that never come to the end of their headers."""
    with _connections(stage, SLOW_HEADERS, b"POST /calls/end HTTP/1.1\r\nHost: x\r\n", drip=b"X-A: b\r\n"):
        yield


@contextlib.contextmanager
def stalled_exports(stage: Stage) -> Iterator[None]:
    """Exports whose readers take nothing."""
    _many_calls(stage)
    head = f"GET /v1/calls/export HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {stage.attacker.key}\r\n\r\n"
    with _connections(stage, STALLED_READERS, head.encode()):
        yield


@contextlib.contextmanager
def dry_runs(stage: Stage) -> Iterator[None]:
    """Counts of all live calls, over and over."""
    _many_calls(stage)
    body = {"filter": {"status": "live", "title": {"contains": "zzz"}}, "dry_run": True}
    with hammering(THREADS, lambda: _send(stage, "POST", "/v1/calls/bulk-end", body)):
        yield


@contextlib.contextmanager
def schema_building(stage: Stage) -> Iterator[None]:
    """The OpenAPI document, which is large, asked for without a key."""
    with hammering(THREADS, lambda: requests.get(f"{stage.local.url}/api/schema/", timeout=60)):
        yield


@contextlib.contextmanager
def admin_logins(stage: Stage) -> Iterator[None]:
    """Anonymous log-ins, each of which costs a password hash."""
    url = f"{stage.local.url}/admin/login/"

    def log_in() -> None:
        http = requests.Session()
        token = http.get(url, timeout=60).cookies.get("csrftoken", "")
        data = {"username": "admin", "password": "guess", "csrfmiddlewaretoken": token}
        http.post(url, data=data, headers={"Referer": url}, timeout=60)

    with hammering(2 * THREADS, log_in):
        yield


@contextlib.contextmanager
def list_bombs(stage: Stage) -> Iterator[None]:
    """Lists that cost much, by many clients of one account."""
    _many_calls(stage)
    turns = iter(LISTS * 100_000)
    with hammering(THREADS, lambda: _send(stage, "GET", next(turns))):
        yield


def _send(stage: Stage, method: str, path: str, body: Any = None) -> None:  # noqa: ANN401
    headers = {"Authorization": f"Bearer {stage.attacker.key}"}
    requests.request(method, stage.local.url + path, json=body, headers=headers, timeout=60)


def _many_calls(stage: Stage) -> None:
    insert(
        stage.local.var,
        stage.attacker.account_id,
        [f"CA{uuid.uuid4().hex}" for _ in range(CALLS)],
        [""] * CALLS,
        transcripts=False,
    )


@contextlib.contextmanager
def _connections(stage: Stage, count: int, head: bytes, drip: bytes = b"") -> Iterator[None]:
    """Connections that send `head`, then a `drip` every second, read nothing and are opened again if closed."""
    stopped = threading.Event()

    def hold() -> None:
        while not stopped.is_set():
            with contextlib.suppress(OSError), socket.socket() as peer:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                peer.settimeout(10)
                peer.connect(("127.0.0.1", stage.local.port))
                peer.sendall(head)
                while not stopped.wait(1.0):
                    peer.sendall(drip)
                    if drip and _is_closed(peer):
                        break

    threads = [threading.Thread(target=hold, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopped.set()
        for thread in threads:
            thread.join(12)


def _is_closed(peer: socket.socket) -> bool:
    peer.setblocking(False)
    try:
        return peer.recv(1) == b""
    except BlockingIOError:
        return False
    finally:
        peer.settimeout(10)


ATTACKS: dict[str, Attack] = {
    f"{SLOW_BODIES} slow bodies": slow_bodies,
    f"{SLOW_BODIES} slow bodies with a key": slow_bodies_with_a_key,
    f"{SLOW_HEADERS} slow headers": slow_headers,
    f"{STALLED_READERS} stalled exports": stalled_exports,
    "dry_run counts": dry_runs,
    "schema building": schema_building,
    "anonymous admin log-ins": admin_logins,
    "list bombs": list_bombs,
}
