"""Delivery of the vendors' events to customers: copies, delays, order, retries, and a log of attempts."""

import asyncio
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

TIMEOUT = aiohttp.ClientTimeout(total=6)
MAX_LOG_ENTRIES = 10_000
# Seconds; doubled with each attempt.
RETRY_DELAY = 0.3


@dataclass(frozen=True)
class OutgoingEvent:
    """One event as it is sent; `tries` is the number of attempts that its vendor makes."""

    type: str
    resource: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    tries: int = 1
    attempt_header: str = ""


@dataclass
class DeliveryBehaviour:
    """How events are delivered: number of copies, delay, reversed, or held until they are released."""

    copies: int = 1
    delay_ms: int = 0
    reverse: bool = False
    hold: bool = False


@dataclass
class CallbackQueue:
    """Events on their way to customers, and a log of the delivery attempts."""

    behaviour: DeliveryBehaviour = field(default_factory=DeliveryBehaviour)
    apps: dict[str, dict[str, Any]] = field(default_factory=dict)  # webhooks by API key
    held: list[OutgoingEvent] = field(default_factory=list)
    log: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=MAX_LOG_ENTRIES))
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _http: aiohttp.ClientSession | None = None

    def register(self, hook: Mapping[str, Any]) -> None:
        """Set the webhook of an app: {key, secret, url}; `zip` (default true) compresses Stream's bodies."""
        self.apps[hook["key"]] = {"zip": True} | dict(hook)

    def send(self, *events: OutgoingEvent) -> None:
        """Deliver these events in this order, in the background."""
        copies = [event for event in events for _ in range(self.behaviour.copies)]
        if self.behaviour.hold:
            self.held += copies
            return
        task = asyncio.get_running_loop().create_task(self._deliver(copies, self.behaviour))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def release(self, *, reverse: bool = False) -> int:
        """Deliver the held events; returns their number when all have been sent."""
        held, self.held = self.held, []
        await self._deliver(held, DeliveryBehaviour(reverse=reverse))
        return len(held)

    def reset(self) -> None:
        """Normal delivery, and nothing held."""
        self.behaviour = DeliveryBehaviour()
        self.held.clear()

    async def close(self) -> None:
        """Cancel all deliveries."""
        for task in self._tasks:
            task.cancel()
        if self._http is not None:
            await self._http.close()

    async def _deliver(self, events: Sequence[OutgoingEvent], behaviour: DeliveryBehaviour) -> None:
        await asyncio.sleep(behaviour.delay_ms / 1000)
        for event in reversed(events) if behaviour.reverse else events:
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
        """The status of the response; 0 if there is none."""
        self._http = self._http or aiohttp.ClientSession(timeout=TIMEOUT)
        numbered = {event.attempt_header: str(attempt)} if event.attempt_header else {}
        headers = {**event.headers, **numbered}
        try:
            async with self._http.post(event.url, data=event.body, headers=headers) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return 0
