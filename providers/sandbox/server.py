"""The sandbox's HTTP server: the APIs of all vendors, and the control API under /_sandbox."""

import asyncio
import contextlib
import signal
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from aiohttp import web

from providers.sandbox.cloudflare.api import CloudflareApi
from providers.sandbox.control import ControlApi
from providers.sandbox.forker import Forker
from providers.sandbox.forker.control import ForkControl
from providers.sandbox.getstream.api import GetStreamApi
from providers.sandbox.livekit.api import LiveKitApi
from providers.sandbox.plivo.api import PlivoApi
from providers.sandbox.twilio.api import TwilioApi
from providers.sandbox.vendor import Handler, Sandbox, Vendor
from providers.sandbox.vobiz.api import VobizApi

VENDORS = (TwilioApi, GetStreamApi, LiveKitApi, CloudflareApi, VobizApi, PlivoApi)


def application(
    hooks: Iterable[Mapping[str, str]] = (),
    secrets: Mapping[str, str] = MappingProxyType({}),
    forker: Forker | None = None,
) -> web.Application:
    """What is registered from the start: webhooks of apps (CallbackQueue.register), secrets of accounts."""
    sandbox = Sandbox(forker)
    sandbox.secrets.update(secrets)
    for hook in hooks:
        sandbox.register(hook)
    vendors = [vendor(sandbox) for vendor in VENDORS]
    app = web.Application(client_max_size=2 * 1024 * 1024)
    for vendor in vendors:
        app.add_routes(vendor.routes())
    app.add_routes(ForkControl(sandbox.forker).routes())
    app.add_routes(ControlApi(sandbox, vendors).routes())
    app.router.add_route("*", "/{path:.*}", _unknown_address(vendors))
    app.on_cleanup.append(lambda _: sandbox.forker.close())
    app.on_cleanup.append(lambda _: sandbox.callbacks.close())
    return app


def _unknown_address(vendors: Iterable[Vendor]) -> Handler:
    """A handler that answers as the vendor of the address does."""

    async def answer(request: web.Request) -> web.StreamResponse:
        vendor = next((each for each in vendors if request.path.startswith(each.path_prefix)), None)
        if vendor is None:
            return web.Response(status=404, text="404 page not found\n")
        reply = vendor.unknown_address(request)
        return web.json_response(reply.body, status=reply.status)

    return answer


async def serve(
    host: str,
    port: int,
    port_file: Path | None = None,
    hooks: Iterable[Mapping[str, str]] = (),
    secrets: Mapping[str, str] = MappingProxyType({}),
    forker: Forker | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; once ready, prints the URL and writes the port to `port_file`."""
    runner = web.AppRunner(application(hooks, secrets, forker), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, host, port, backlog=1024)
    await site.start()
    bound = runner.addresses[0][1]
    print(f"sandbox: http://{host}:{bound}", flush=True)  # noqa: T201 - its one line of output
    if port_file:
        temporary = port_file.with_suffix(".tmp")
        temporary.write_text(str(bound))
        temporary.rename(port_file)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await runner.cleanup()
