"""A minimal webhook receiver in its own process: reads a request, waits, answers 200.

python -m benchmarks.sink --port 9000 --delay 0.1
"""

import argparse
import asyncio
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from liveplatform.dev.stack import ROOT, free_port

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


class Sink(asyncio.Protocol):
    """One connection; its requests are answered in order."""

    delay = 0.0

    def __init__(self) -> None:
        self.received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        while (end := self.received.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(self.received, 0, end)
            size = end + 4 + (int(length[1]) if length else 0)
            if len(self.received) < size:
                return
            del self.received[:size]
            asyncio.get_running_loop().call_later(self.delay, self.transport.write, ANSWER)


@contextmanager
def running(delay: float) -> Iterator[str]:
    """A sink in its own process; its address."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.sink", "--port", str(port), "--delay", str(delay)]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        for _ in range(100):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 2):
                break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait()


async def serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--delay", type=float, default=0.0)
    given = parser.parse_args()
    Sink.delay = given.delay
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(given.port))
