"""A webhook receiver for development, the demo and tests: responds as the path says, logs every request.

    python -m liveplatform.dev.webhook_receiver --port 0 --log received.jsonl

/ok             200                          /status/503       that status
/busy/7         429, Retry-After: 7          /slow/0.5         200 after 0.5 seconds
/flaky/2        500 for the first two        /hang             no response at all
                attempts of a message        /redirect?to=URL  302
/reset          200, and a broken body       /drop             the connection is closed without a response
/drip           200, a body without an end   /big              500, a body of 10 MiB
Other paths respond as `--behaviour` says (default: ok), or the last PUT /_behaviour/hang. A request is logged
before its response is sent.
"""

import argparse
import asyncio
import json
import socket
import struct
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import IO

from aiohttp import web

CONTROL = "/_behaviour/"
Answer = Callable[[web.Request, str], Awaitable[web.StreamResponse]]
# Seconds after which a hanging response is given up, so that the receiver can exit.
FOR_EVER = 600.0


class Receiver:
    """Logs requests and counts the attempts of each message."""

    def __init__(self, log: IO[str], behaviour: str) -> None:
        self.log = log
        self.behaviour = behaviour
        self.seen: Counter[str] = Counter()

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Log the request, and respond as its path says."""
        if request.path.startswith(CONTROL):
            return self._behave(request.path.removeprefix(CONTROL))
        name, argument = self._respond_as(request)
        body = (await request.read()).decode(errors="replace")
        message_id = request.headers.get("webhook-id", "")
        self.seen[f"{request.path} {message_id}"] += 1
        headers = {name.lower(): value for name, value in request.headers.items()}
        line = {"at": time.time(), "method": request.method, "path": request.path_qs, "behaviour": name}
        self.log.write(json.dumps(line | {"headers": headers, "body": body}) + "\n")
        self.log.flush()
        if name == "flaky":
            failing = self.seen[f"{request.path} {message_id}"] <= int(argument or 1)
            return web.Response(status=500 if failing else 200)
        return await ANSWERS[name](request, argument)

    def _respond_as(self, request: web.Request) -> tuple[str, str]:
        """The behaviour for a path, and its argument."""
        name, _, argument = request.path.strip("/").partition("/")
        if name not in ANSWERS:
            name, _, argument = self.behaviour.partition("/")
        return name, argument

    def _behave(self, behaviour: str) -> web.StreamResponse:
        if behaviour.partition("/")[0] not in ANSWERS:
            return web.Response(status=400, text=f"There are {', '.join(ANSWERS)}.")
        self.behaviour = behaviour
        return web.Response(status=204)


async def _ok(_request: web.Request, _argument: str) -> web.StreamResponse:
    return web.Response(text="thank you")


async def _status(_request: web.Request, argument: str) -> web.StreamResponse:
    return web.Response(status=int(argument or 200), text=f"answering {argument}")


async def _busy(_request: web.Request, argument: str) -> web.StreamResponse:
    return web.Response(status=429, headers={"Retry-After": argument or "1"})


async def _slow(_request: web.Request, argument: str) -> web.StreamResponse:
    await asyncio.sleep(float(argument or 0.1))
    return web.Response()


async def _hang(_request: web.Request, _argument: str) -> web.StreamResponse:
    await asyncio.sleep(FOR_EVER)
    return web.Response()


async def _redirect(request: web.Request, _argument: str) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": request.query.get("to", "/ok")})


async def _reset(request: web.Request, _argument: str) -> web.StreamResponse:
    """Promise a hundred bytes, send six, and reset the connection."""
    answer = web.StreamResponse(headers={"Content-Length": "100"})
    await answer.prepare(request)
    await answer.write(b"thank ")
    await asyncio.sleep(0.02)
    return _drop_connection(request, answer)


async def _drop(request: web.Request, _argument: str) -> web.StreamResponse:
    return _drop_connection(request, web.StreamResponse())


async def _drip(request: web.Request, _argument: str) -> web.StreamResponse:
    answer = web.StreamResponse()
    await answer.prepare(request)
    for _ in range(int(FOR_EVER / 0.2)):
        await answer.write(b".")
        await asyncio.sleep(0.2)
    return answer


async def _big(_request: web.Request, _argument: str) -> web.StreamResponse:
    return web.Response(status=500, body=b"x" * 10 * 1024 * 1024)


def _drop_connection(request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
    transport = request.transport
    if transport is not None:
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close means reset
        transport.abort()
    return answer


ANSWERS: dict[str, Answer] = {
    "ok": _ok,
    "status": _status,
    "busy": _busy,
    "slow": _slow,
    "flaky": _ok,
    "hang": _hang,
    "redirect": _redirect,
    "reset": _reset,
    "drop": _drop,
    "drip": _drip,
    "big": _big,
}


async def serve(port: int, log: IO[str], behaviour: str) -> None:
    """Listen on 127.0.0.1 until cancelled; the first line on stdout is the URL."""
    app = web.Application(client_max_size=8 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", Receiver(log, behaviour).receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    listening = socket.create_server(("127.0.0.1", port), backlog=1024)
    await web.SockSite(runner, listening).start()
    sys.stdout.write(f"http://127.0.0.1:{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


def main() -> None:
    """Parse the arguments and serve until ctrl-C."""
    parser = argparse.ArgumentParser(description="Receive webhooks and log them.")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--log", default="-", help="a file to append JSON lines to; -: stderr")
    parser.add_argument("--behaviour", default="ok", help="for paths that name none, such as flaky/2")
    options = parser.parse_args()
    if options.behaviour.partition("/")[0] not in ANSWERS:
        parser.error(f"--behaviour is one of {', '.join(ANSWERS)}")
    try:
        if options.log == "-":
            asyncio.run(serve(options.port, sys.stderr, options.behaviour))
        else:
            with open(options.log, "a", encoding="utf-8") as log:
                asyncio.run(serve(options.port, log, options.behaviour))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
