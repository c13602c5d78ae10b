"""A customer's server in a thread, that records the events it is sent."""

import gzip
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest


class Listener:
    """A customer's server: its requests in order; the first `fail` of them are answered 500."""

    def __init__(self):
        self.requests, self.fail = [], 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                outer.fail -= 1
                self.send_response(500 if outer.fail >= 0 else 204)
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?call=c1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, count):
        until = time.monotonic() + 5
        while len(self.requests) < count and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.1)
        assert len(self.requests) == count, self.requests
        return self.requests

    def statuses(self, count):
        return [parse_qs(body.decode())["CallStatus"][0] for _, _, body in self.wait(count)]

    def types(self, count):
        return [json.loads(plain(body))["type"] for _, _, body in self.wait(count)]


def plain(body):
    return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.server.shutdown()
