"""What the vendors tell by themselves: events on their way to customers, with all that may go wrong there."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

TIMEOUT = aiohttp.ClientTimeout(total=6)
MAX_LOG_ENTRIES = 10_000
RETRY_DELAY = 0.3


@dataclass(frozen=True)
class OutgoingEvent:
    """One event as it goes over the wire; `tries` is how often its vendor tries."""

    type: str
    resource: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    tries: int = 1
    attempt_header: str = ""


@dataclass
class DeliveryBehaviour:
    """How events travel: in so many copies, so late, in what order, or not before they are released."""

    copies: int = 1
    delay_ms: int = 0
    reverse: bool = False
    hold: bool = False


@dataclass
class CallbackQueue:
    """Events under way, and a log of what came of them."""

    habits: DeliveryBehaviour = field(default_factory=DeliveryBehaviour)
    apps: dict[str, dict[str, Any]] = field(default_factory=dict)  # by what the vendor calls an app
    held: list[OutgoingEvent] = field(default_factory=list)
    log: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=MAX_LOG_ENTRIES))
    happeners: list[Callable[[str, dict[str, Any]], bool]] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _http: aiohttp.ClientSession | None = None

    def let_know(self, wish: Mapping[str, Any]) -> None:
        """From now on this app (`key`, `secret`) is told at `url`."""
        self.apps[wish["key"]] = {"zip": True} | dict(wish)

    def tell(self, *events: OutgoingEvent) -> None:
        """Send these events, in this order; nobody waits for them."""
        copies = [event for event in events for _ in range(self.habits.copies)]
        if self.habits.hold:
            self.held += copies
            return
        task = asyncio.get_running_loop().create_task(self._deliver(copies, self.habits))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def release(self, *, reverse: bool = False) -> int:
        """Send what was held, and wait until it is through; how many there were."""
        held, self.held = self.held, []
        await self._deliver(held, DeliveryBehaviour(reverse=reverse))
        return len(held)

    async def close(self) -> None:
        """Drop what is under way."""
        for task in self._tasks:
            task.cancel()
        if self._http is not None:
            await self._http.close()

    async def _deliver(self, events: Sequence[OutgoingEvent], habits: DeliveryBehaviour) -> None:
        await asyncio.sleep(habits.delay_ms / 1000)
        for event in reversed(events) if habits.reverse else events:
            await self._send(event)

    async def _send(self, event: OutgoingEvent) -> None:
        for attempt in range(1, event.tries + 1):
            status = await self._post(event, attempt)
            entry = {"type": event.type, "resource": event.resource, "url": event.url, "status": status}
            self.log.append(entry | {"attempt": attempt, "at": time.time()})
            if 0 < status < 500 and status not in (408, 429):
                return
            await asyncio.sleep(RETRY_DELAY * 2**attempt if attempt < event.tries else 0)

    async def _post(self, event: OutgoingEvent, attempt: int) -> int:
        """The status of the answer; 0 for none."""
        self._http = self._http or aiohttp.ClientSession(timeout=TIMEOUT)
        numbered = {event.attempt_header: str(attempt)} if event.attempt_header else {}
        try:
            async with self._http.post(
                event.url, data=event.body, headers={**event.headers, **numbered}
            ) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return 0


def routes(hooks: CallbackQueue) -> list[web.RouteDef]:
    """The addresses by which events are looked into, and things made to happen."""
    own = _Views(hooks)
    return [
        web.get("/_sandbox/hooks", own.log),
        web.post("/_sandbox/hooks", own.add),
        web.delete("/_sandbox/hooks/{key}", own.remove),
        web.put("/_sandbox/hooks/habits", own.change_habits),
        web.post("/_sandbox/hooks/release", own.release),
        web.post("/_sandbox/happen", own.happen),
    ]


class _Views:
    def __init__(self, hooks: CallbackQueue) -> None:
        self.hooks = hooks

    async def log(self, request: web.Request) -> web.Response:
        """Each attempt, oldest first; filter by resource."""
        wanted = request.query.get("resource")
        return web.json_response([entry for entry in self.hooks.log if wanted in (None, entry["resource"])])

    async def add(self, request: web.Request) -> web.Response:
        """An app's address for events: `key` of the app, `secret`, `url`; `zip` its bodies (true)."""
        wish = await request.json()
        if not {"key", "secret", "url"} <= wish.keys():
            return web.json_response({"error": "a hook needs key, secret and url"}, status=400)
        self.hooks.let_know(wish)
        return web.json_response({}, status=201)

    async def remove(self, request: web.Request) -> web.Response:
        self.hooks.apps.pop(request.match_info["key"], None)
        return web.Response(status=204)

    async def change_habits(self, request: web.Request) -> web.Response:
        """All of them: what is not named is as it is at first."""
        try:
            self.hooks.habits = DeliveryBehaviour(**await request.json())
        except (TypeError, ValueError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response(asdict(self.hooks.habits))

    async def release(self, request: web.Request) -> web.Response:
        wish = await request.json() if request.can_read_body else {}
        return web.json_response({"released": await self.hooks.release(reverse=bool(wish.get("reverse")))})

    async def happen(self, request: web.Request) -> web.Response:
        """Something happens to the call or room `id`: `what` its vendor would tell of."""
        wish = await request.json()
        try:
            found = any(happen(str(wish["id"]), wish) for happen in self.hooks.happeners)
        except (KeyError, ValueError) as error:
            return web.json_response({"error": f"an id, and what can happen to it: {error}"}, status=400)
        return web.json_response({}, status=201 if found else 404)
