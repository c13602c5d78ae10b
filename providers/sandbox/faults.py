"""Fault injection: which requests fail, and how the response is lost or corrupted."""

import asyncio
import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from providers.sandbox.ledger import LedgerEntry

# Seconds for which a request that "times out" is held: longer than any client waits.
TIMEOUT_SECONDS = 120.0
# Faults that are an error response of the vendor; "already_ended" is written by each in its own way.
FAULT_STATUS = {"400": 400, "500": 500, "503": 503, "429": 429, "401": 401, "already_ended": 409}
# A page of whatever stands in front of the vendor, which receives nothing; and answers that are no vendor's.
FRONT_PAGES = {"html_400": 400, "html_401": 401, "html_403": 403, "html_404": 404, "html_200": 200}
STRANGE_JSON = {"json_400": 400, "json_404": 404, "json_200": 200}
FAULT_KINDS = (
    "act_then_timeout",
    "act_then_reset",
    "timeout",
    "reset",
    *FAULT_STATUS,
    *FRONT_PAGES,
    *STRANGE_JSON,
    "act_then_html",
    "act_then_strange",
    "bad_json",
    "html",
    "delay",
    "slow_drip",
    "big_body",
)


@dataclass
class Fault:
    """Which requests fail: operation ("*" any), resource ("" any), how many (None: all until removed)."""

    id: int
    provider: str
    operation: str
    fault: str
    resource: str = ""
    times: int | None = 1
    retry_after: float | None = None
    delay_ms: int = 0

    def matches(self, entry: LedgerEntry) -> bool:
        return (
            self.provider in ("*", entry.provider)
            and self.operation in ("*", entry.operation)
            and self.resource in ("", entry.resource)
        )


@dataclass
class Faults:
    """The active faults, oldest first."""

    active: list[Fault] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def add(self, request: dict[str, Any]) -> Fault:
        """A fault as POST /_sandbox/faults describes it; raises ValueError for an invalid one."""
        if request.get("fault") not in FAULT_KINDS:
            raise ValueError(f"fault must be one of {', '.join(FAULT_KINDS)}")
        known = {
            name: request[name] for name in Fault.__dataclass_fields__ if name in request and name != "id"
        }
        if not isinstance(known.get("times", 1), int | None) or not isinstance(known.get("delay_ms", 0), int):
            raise ValueError("times and delay_ms must be whole numbers")
        fault = Fault(id=next(self._numbers), **{"provider": "*", "operation": "*"} | known)
        self.active.append(fault)
        return fault

    def next_fault(self, entry: LedgerEntry) -> Fault | None:
        """The first fault that matches this request; counts it down, and removes it when used up."""
        for fault in self.active:
            if fault.matches(entry):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self.active.remove(fault)
                entry.fault = fault.fault
                return fault
        return None


async def drop_connection(request: web.Request, kind: str) -> web.StreamResponse:
    """No response: hold the request, if `kind` ends with "timeout", and reset the connection."""
    if kind.endswith("timeout"):
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(TIMEOUT_SECONDS)
    if request.transport is not None:
        request.transport.abort()
    raise web.HTTPInternalServerError


def front_answer(kind: str) -> web.Response:
    """The answer of something in front of the vendor: a page, or JSON that is not the vendor's."""
    if kind in STRANGE_JSON:
        return web.json_response({"ok": False, "detail": "gateway"}, status=STRANGE_JSON[kind])
    page = f"<html><body><h1>{FRONT_PAGES[kind]}</h1><p>nginx</p></body></html>"
    return web.Response(text=page, status=FRONT_PAGES[kind], content_type="text/html")


async def corrupt(request: web.Request, response: web.Response, kind: str) -> web.StreamResponse:
    """A response that cannot be used: not JSON, too slow, too large. For "delay" it is unchanged."""
    status = 200 if response.status == 204 else response.status  # noqa: PLR2004 - 204 has no body to corrupt
    match kind:
        case "bad_json":
            return web.Response(text='{"sid": ', status=status, content_type="application/json")
        case "act_then_html" | "act_then_strange":
            return front_answer({"act_then_html": "html_404", "act_then_strange": "json_200"}[kind])
        case "html":
            page = "<html><body><h1>502 Bad Gateway</h1></body></html>"
            return web.Response(text=page, status=502, content_type="text/html")
        case "big_body":
            return web.Response(body=b"[" + b" " * (10 * 1024 * 1024) + b"]", content_type="application/json")
        case "slow_drip":
            return await _slow_drip(request, status)
        case _:
            return response


async def _slow_drip(request: web.Request, status: int) -> web.StreamResponse:
    response = web.StreamResponse(status=status, headers={"Content-Type": "application/json"})
    await response.prepare(request)
    for _ in range(int(TIMEOUT_SECONDS / 0.2)):
        await response.write(b" ")
        await asyncio.sleep(0.2)
    return response
