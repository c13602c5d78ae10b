"""The sandbox's server, and the addresses by which it is looked into and told to fail."""

import asyncio
import contextlib
import signal
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aiohttp import web

from providers.sandbox import callback_queue
from providers.sandbox.faults import Sandbox
from providers.sandbox.getstream import api
from providers.sandbox.livekit import api as livekit
from providers.sandbox.recordings import Recordings
from providers.sandbox.twilio import api as twilio


def application(told: Iterable[Mapping[str, str]] = ()) -> web.Application:
    """All vendors' addresses and the sandbox's own, under /_sandbox; `told` are the hooks it begins with."""
    sandbox = Sandbox()
    for hook in told:
        sandbox.hooks.let_know(hook)
    own = _Views(sandbox)
    app = web.Application(client_max_size=2 * 1024 * 1024)
    app.add_routes(twilio.routes(sandbox) + api.routes(sandbox) + livekit.routes(sandbox))
    app.add_routes(callback_queue.routes(sandbox.hooks))
    app.add_routes(
        [
            web.get("/_sandbox/healthz", own.health),
            web.get("/_sandbox/ledger", own.ledger),
            web.delete("/_sandbox/ledger", own.clear_ledger),
            web.get("/_sandbox/faults", own.faults),
            web.post("/_sandbox/faults", own.add_fault),
            web.delete("/_sandbox/faults", own.clear_faults),
            web.get("/_sandbox/live", own.live),
            web.post("/_sandbox/recordings", own.add_recording),
            web.delete("/_sandbox/recordings/{id}", own.forget_recordings),
            web.get("/_sandbox/rooms/{type}/{id}", own.room),
            web.get("/_sandbox/{vendor}/{id}", own.thing),
        ]
    )
    app.on_cleanup.append(lambda _: sandbox.hooks.close())
    return app


async def serve(
    host: str, port: int, port_file: Path | None = None, told: Iterable[Mapping[str, str]] = ()
) -> None:
    """Serve until SIGTERM or SIGINT; prints the address, and writes the port to `port_file`, once ready."""
    runner = web.AppRunner(application(told), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, host, port, backlog=1024)
    await site.start()
    bound = runner.addresses[0][1]
    print(f"sandbox: http://{host}:{bound}", flush=True)  # noqa: T201 - its one line of output
    if port_file:
        fresh = port_file.with_suffix(".tmp")
        fresh.write_text(str(bound))
        fresh.rename(port_file)
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    await stop.wait()
    await runner.cleanup()


class _Views:
    """The sandbox's own addresses."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.recordings = Recordings(sandbox)

    async def health(self, request: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def ledger(self, request: web.Request) -> web.Response:
        return web.json_response(self.sandbox.ledger.found(dict(request.query)))

    async def clear_ledger(self, request: web.Request) -> web.Response:
        self.sandbox.ledger.entries.clear()
        return web.Response(status=204)

    async def faults(self, request: web.Request) -> web.Response:
        return web.json_response([asdict(fault) for fault in self.sandbox.ledger.faults])

    async def add_fault(self, request: web.Request) -> web.Response:
        try:
            fault = self.sandbox.ledger.add_fault(await request.json())
        except (ValueError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response(asdict(fault), status=201)

    async def clear_faults(self, request: web.Request) -> web.Response:
        """Nothing goes wrong any more, with requests nor with events."""
        self.sandbox.ledger.faults.clear()
        self.sandbox.hooks.habits = callback_queue.DeliveryBehaviour()
        self.sandbox.hooks.held.clear()
        return web.Response(status=204)

    async def thing(self, request: web.Request) -> web.Response:
        """One call or room as it stands, with what its vendor would not show."""
        things = self.sandbox.store.get(request.match_info["vendor"], {})
        found = things.get(request.match_info["id"])
        return web.json_response(found, status=200 if found else 404)

    async def add_recording(self, request: web.Request) -> web.Response:
        """A file of the call or room `id` is there from now on."""
        try:
            file = self.recordings.add(await request.json())
        except (ValueError, TypeError, KeyError) as error:
            return web.json_response({"error": f"a recording needs an id: {error}"}, status=400)
        return web.json_response(file, status=201)

    async def forget_recordings(self, request: web.Request) -> web.Response:
        self.recordings.forget(request.match_info["id"])
        return web.Response(status=204)

    async def room(self, request: web.Request) -> web.Response:
        """A room of GetStream's by its type and id, which the platform makes unique over all apps."""
        cid = f"{request.match_info['type']}:{request.match_info['id']}"
        rooms = self.sandbox.store.get("getstream", {}).values()
        found = next((room for room in rooms if room["cid"] == cid), None)
        return web.json_response(found, status=200 if found else 404)

    async def live(self, request: web.Request) -> web.Response:
        """What still runs, and so still costs: the ids of calls and rooms."""
        store: dict[str, dict[str, Any]] = self.sandbox.store
        calls = [sid for sid, c in store.get("twilio", {}).items() if c["status"] in twilio.LIVE_STATUSES]
        rooms = [room["id"] for room in store.get("getstream", {}).values() if not room["ended_at"]]
        own = [room["name"] for room in store.get("livekit", {}).values()]
        return web.json_response({"twilio": calls, "getstream": rooms, "livekit": own})
