"""Look-ups of customers' hosts with getaddrinfo, in threads that tenants share.

A host whose name servers do not answer blocks a thread for longer than anybody waits for it. A tenant has
at most THREADS_PER_TENANT of them at a time, counted until they are back, so that its dead hosts leave
threads to the others.
"""

import asyncio
import contextvars
import socket
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from aiohttp.abc import AbstractResolver, ResolveResult

THREADS = 128
THREADS_PER_TENANT = 8
# For a free thread and the answer together (s).
DEADLINE = 5.0

_tenant: contextvars.ContextVar[str] = contextvars.ContextVar("dns_tenant", default="")


@contextmanager
def look_ups_of(tenant: str) -> Iterator[None]:
    """Count the look-ups that are made inside, and in tasks begun inside, for this tenant."""
    token = _tenant.set(tenant)
    try:
        yield
    finally:
        _tenant.reset(token)


class SystemResolver(AbstractResolver):
    """getaddrinfo in a thread pool of its own. Used in one event loop."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="webhook-dns")
        # Held by those who wait for a place and by the look-ups under way.
        self._places: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises OSError if the host is not found within DEADLINE."""
        look_up = partial(socket.getaddrinfo, host, port, family=family, type=socket.SOCK_STREAM)
        try:
            async with asyncio.timeout(DEADLINE):
                results = await self._look_up(look_up)
        except TimeoutError:
            raise socket.gaierror(socket.EAI_AGAIN, "the host was not found in time") from None
        return [
            ResolveResult(
                hostname=host,
                host=str(sockaddr[0]),
                port=port,
                family=kind,
                proto=proto,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, proto, _, sockaddr in results
        ]

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _look_up(self, look_up: "partial[list[Any]]") -> list[Any]:
        tenant, loop = _tenant.get(), asyncio.get_running_loop()
        places = self._places.get(tenant)
        if places is None:
            places = self._places[tenant] = asyncio.Semaphore(THREADS_PER_TENANT)
        await places.acquire()

        def release(_: "Future[list[Any]]") -> None:
            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(places.release)

        found = self._threads.submit(look_up)
        found.add_done_callback(release)
        return await asyncio.wrap_future(found)
