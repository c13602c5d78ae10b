"""A server that says what a test wants it to say, byte by byte."""

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator

Behaviour = Callable[[socket.socket], None]


@contextlib.contextmanager
def misbehaving_server(conduct: Behaviour) -> Iterator[str]:
    """The address of a server that reads each request and then does as `conduct` does."""
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
    """One whole request, or what came before its end."""
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
    """A beginning, and then a drop every 50 ms for ever."""

    def conduct(peer: socket.socket) -> None:
        peer.sendall(first)
        while True:
            time.sleep(0.05)
            peer.sendall(drop)

    return conduct
