"""A server whose answers a test writes byte by byte."""

import contextlib
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

Behaviour = Callable[[socket.socket], None]


@contextlib.contextmanager
def misbehaving_server(conduct: Behaviour) -> Iterator[str]:
    """The URL of a server that reads each request and then calls `conduct` with the socket."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_accept, args=(listener, conduct), daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()


def _accept(listener: socket.socket, conduct: Behaviour) -> None:
    with contextlib.suppress(OSError):
        while True:
            threading.Thread(target=_serve, args=(listener.accept()[0], conduct), daemon=True).start()


def _serve(peer: socket.socket, conduct: Behaviour) -> None:
    with peer, contextlib.suppress(OSError):
        while _request(peer):
            conduct(peer)


def _request(peer: socket.socket) -> bytes:
    """One whole request, or what was received before the connection ended."""
    got = b""
    while chunk := peer.recv(65536):
        got += chunk
        head, end, body = got.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        if end and len(body) >= int(length[1] if length else 0):
            break
    return got


def responds(status: str, body: bytes = b"", *headers: str) -> Behaviour:
    """A whole answer."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return lambda peer: peer.sendall("\r\n".join(head).encode() + body)


def drips(first: bytes, drop: bytes) -> Behaviour:
    """`first`, and then a drop every 50 ms forever."""

    def conduct(peer: socket.socket) -> None:
        peer.sendall(first)
        while True:
            time.sleep(0.05)
            peer.sendall(drop)

    return conduct


def answers(*script: tuple[str, Any]) -> contextlib.AbstractContextManager[str]:
    """A server that gives these (status, body) answers one after the other, the last one forever."""
    left = list(script)

    def conduct(peer: socket.socket) -> None:
        status, body = left.pop(0) if len(left) > 1 else left[0]
        responds(status, body if isinstance(body, bytes) else json.dumps(body).encode())(peer)

    return misbehaving_server(conduct)
