"""Requests to customers' URLs: they reach public addresses, and nothing else.

A host is resolved once, every address it has is judged, the connection goes to a judged address (the
host name stays in Host, SNI and the certificate check), and the peer is judged again once connected.
No redirects, no proxies from the environment, no cookies, one total deadline, a cap on the answer.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from django.conf import settings

from liveplatform.webhooks.addresses import Address
from liveplatform.webhooks.judging import Forbidden, judge_address, judge_url

__all__ = ["Forbidden", "deadline", "judge_url", "session", "start_of"]

ANSWER_CAP = 16 * 1024
# Seconds: for one address to be connected to, and for the rest of an answer that is decided already.
CONNECT_TIMEOUT = 6.0
REST_TIMEOUT = 1.0
DNS_TTL = 10
# A host whose name servers are dead holds a thread for a while; the others must find one free.
DNS_THREADS = 64
USER_AGENT = "LivePlatform-Webhooks/1.0"

Judge = Callable[[Address], None]


def session(resolver: AbstractResolver | None = None, judge: Judge = judge_address) -> aiohttp.ClientSession:
    """A session whose every connection is judged. To be made inside the event loop that uses it."""
    connector = _JudgedConnector(
        judge,
        resolver=_JudgedResolver(resolver or _SystemResolver(), judge),
        socket_factory=partial(_judged_socket, judge),
        ttl_dns_cache=DNS_TTL,
        limit=0,
        keepalive_timeout=30,
        happy_eyeballs_delay=None,
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
        timeout=deadline(),
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
    )


def deadline() -> aiohttp.ClientTimeout:
    """One deadline for all of a request, from the look-up of the host to the end of the answer."""
    return aiohttp.ClientTimeout(total=settings.WEBHOOK_TIMEOUT, sock_connect=CONNECT_TIMEOUT)


async def start_of(answer: aiohttp.ClientResponse, cap: int = ANSWER_CAP) -> bytes:
    """The first bytes of an answer's body, whatever becomes of the rest; never raises for a broken one.

    Read within REST_TIMEOUT seconds. A body that ends in time leaves its connection fit for reuse.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(REST_TIMEOUT):
            while len(body) < cap and (chunk := await answer.content.readany()):
                body += chunk
    except (aiohttp.ClientError, OSError, ValueError):
        answer.close()
    if not answer.content.at_eof():
        answer.close()
    return bytes(body[:cap])


class _SystemResolver(AbstractResolver):
    """The system's own resolver, in threads of its own."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(DNS_THREADS, thread_name_prefix="webhook-dns")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        ask = partial(socket.getaddrinfo, host, port, family=family, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        return [
            ResolveResult(
                hostname=host,
                host=str(sockaddr[0]),
                port=port,
                family=kind,
                proto=proto,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, proto, _, sockaddr in found
        ]

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class _JudgedResolver(AbstractResolver):
    """Judges every answer: one internal address among them refuses the host."""

    def __init__(self, inner: AbstractResolver, judge: Judge) -> None:
        self._inner = inner
        self._judge = judge

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        for entry in found:
            self._judge(ipaddress.ip_address(entry["host"]))
        return found

    async def close(self) -> None:
        await self._inner.close()


def _judged_socket(judge: Judge, info: tuple[Any, ...]) -> socket.socket:
    """A socket for an address that was judged just now: literal addresses pass no resolver."""
    family, kind, proto, _, sockaddr = info
    judge(ipaddress.ip_address(sockaddr[0]))
    return socket.socket(family, kind, proto)


class _JudgedConnector(aiohttp.TCPConnector):
    """Judges the peer of every new connection."""

    def __init__(self, judge: Judge, **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)
        self._judge_peer = judge

    async def _wrap_create_connection(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        transport, protocol = await super()._wrap_create_connection(*args, **kwargs)
        peer = transport.get_extra_info("peername")
        try:
            self._judge_peer(ipaddress.ip_address(peer[0]))
        except (TypeError, ValueError):
            transport.abort()
            raise Forbidden("The connection led to another address than the one judged.") from None
        return transport, protocol
