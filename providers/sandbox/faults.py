"""What the vendors' sides share: the ledger around each request, and the faults."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from providers.sandbox.callback_queue import CallbackQueue
from providers.sandbox.ledger import Fault, Ledger, LedgerEntry

# How long a request that "times out" is kept waiting: longer than any client's patience.
TIMEOUT_SECONDS = 120.0
# Calls or rooms of one vendor that are remembered; beyond that the oldest are forgotten.
MAX_RESOURCES = 200_000
FAULT_STATUS = {"400": 400, "500": 500, "503": 503, "429": 429, "401": 401, "already_ended": 409}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Reply:
    """What a vendor answers: status, JSON body, and whether anything changed."""

    status: int
    body: dict[str, Any]
    effect: bool = False
    resource: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None  # instead of the JSON body
    content_type: str = "application/json"


class Sandbox:
    """The state of all vendors, the ledger and the faults, and what the vendors tell."""

    def __init__(self) -> None:
        self.store: dict[str, dict[str, Any]] = {}
        self.ledger = Ledger()
        self.hooks = CallbackQueue()

    def handler(
        self,
        provider: str,
        operation: str,
        act: Callable[[web.Request, Any], Reply],
        refusal: Callable[[web.Request], Reply | None],
        error: Callable[[int], Reply],
        resource: Callable[[web.Request, Any], str] | None = None,
    ) -> Handler:
        """One operation of one vendor, with its place in the ledger and the faults it may meet.

        `resource` finds what a request is about in its body, where the path does not say so.
        """

        async def handle(request: web.Request) -> web.StreamResponse:
            entry = self.ledger.note(provider, operation, _resource_id(request))
            body = await (request.post() if provider == "twilio" else request.read())
            entry.resource = resource(request, body) if resource else entry.resource
            fault = self.ledger.fault_for(entry)
            if fault is None:
                return _respond(entry, refusal(request) or act(request, body))
            return await self._faulty(
                request, entry, fault, lambda: refusal(request) or act(request, body), error
            )

        return handle

    async def _faulty(
        self,
        request: web.Request,
        entry: LedgerEntry,
        fault: Fault,
        act: Callable[[], Reply],
        error: Callable[[int], Reply],
    ) -> web.StreamResponse:
        if fault.delay_ms:
            await asyncio.sleep(fault.delay_ms / 1000)
        kind = fault.fault
        if kind in FAULT_STATUS:
            reply = error(FAULT_STATUS[kind])
            if fault.retry_after is not None:
                reply.headers["Retry-After"] = f"{fault.retry_after:g}"
            return _respond(entry, reply)
        if kind in ("timeout", "reset"):
            return await _drop_connection(request, entry, kind)
        reply = act()
        sent = _respond(entry, reply)
        if kind in ("act_then_timeout", "act_then_reset"):
            return await _drop_connection(request, entry, kind)
        return await _corrupt(request, sent, kind)


def store_bounded(store: dict[str, dict[str, Any]], name: str, thing: dict[str, Any]) -> None:
    """Remember one more; the sandbox may run for days, its memory is bounded."""
    store[name] = thing
    if len(store) > MAX_RESOURCES:
        store.pop(next(iter(store)))


def _resource_id(request: web.Request) -> str:
    return request.match_info.get("sid") or request.match_info.get("id") or ""


def _respond(entry: LedgerEntry, reply: Reply) -> web.Response:
    entry.effect, entry.status = reply.effect, reply.status
    entry.resource = reply.resource or entry.resource
    body = json.dumps(reply.body).encode() if reply.raw is None else reply.raw
    return web.Response(
        body=body, status=reply.status, content_type=reply.content_type, headers=reply.headers
    )


async def _drop_connection(request: web.Request, entry: LedgerEntry, kind: str) -> web.StreamResponse:
    """No answer: silence, or the connection cut."""
    if kind.endswith("timeout"):
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(TIMEOUT_SECONDS)
    if request.transport is not None:
        request.transport.abort()
    raise web.HTTPInternalServerError


async def _corrupt(request: web.Request, whole: web.Response, kind: str) -> web.StreamResponse:
    """An answer that is no use: not JSON, too slow, too big. `delay` has done its work before."""
    match kind:
        case "bad_json":
            return web.Response(text='{"sid": ', status=whole.status, content_type="application/json")
        case "html":
            page = "<html><body><h1>502 Bad Gateway</h1></body></html>"
            return web.Response(text=page, status=502, content_type="text/html")
        case "big_body":
            return web.Response(body=b"[" + b" " * (10 * 1024 * 1024) + b"]", content_type="application/json")
        case "slow_drip":
            return await _slow_drip(request, whole)
        case _:
            return whole


async def _slow_drip(request: web.Request, whole: web.Response) -> web.StreamResponse:
    response = web.StreamResponse(status=whole.status, headers={"Content-Type": "application/json"})
    await response.prepare(request)
    for _ in range(int(TIMEOUT_SECONDS / 0.2)):
        await response.write(b" ")
        await asyncio.sleep(0.2)
    return response
