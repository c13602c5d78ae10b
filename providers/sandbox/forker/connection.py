"""The WebSocket of one fork: opened, written to without waiting, and closed within half a second."""

import asyncio
import ipaddress
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import (
    ClientConnectionError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ClientWebSocketResponse,
    ClientWSTimeout,
    TCPConnector,
    WSMsgType,
    WSServerHandshakeError,
)

CONNECT_SECONDS = 10.0
CLOSE_SECONDS = 0.5  # for the other side's answer to a close
MAX_BUFFER = 48 * 1024  # bytes that may wait for a slow reader; asyncio itself would make us wait at 64 KiB
MAX_MESSAGE = 4 * 1024 * 1024  # of a bot


class Connection(ClientWebSocketResponse):
    """A WebSocket that tells how much waits to be sent."""

    def __init__(self, reader: Any, writer: Any, *more: Any, **options: Any) -> None:  # noqa: ANN401 - aiohttp's
        super().__init__(reader, writer, *more, **options)
        self._transport: asyncio.Transport = writer.transport

    @property
    def congested(self) -> bool:
        return self._transport.get_write_buffer_size() > MAX_BUFFER

    async def write(self, message: dict[str, Any]) -> bool:
        """Send a message, without waiting; False if it was dropped because the reader is too slow or gone."""
        if self.congested:
            return False
        try:
            await self.send_frame(orjson.dumps(message), WSMsgType.TEXT)
        except (ClientConnectionError, ConnectionError):
            return False
        return True

    def abort(self) -> None:
        """Lose the connection at once, with what waits to be sent."""
        self._transport.abort()

    async def end(self) -> None:
        """Close it within a second, whether or not the other side reads."""
        try:
            async with asyncio.timeout(2 * CLOSE_SECONDS - 0.1):
                await self.close()
        except TimeoutError:
            pass
        finally:
            if self._transport.get_write_buffer_size():
                self.abort()


class CannotConnect(Exception):
    """No WebSocket there; the message says why."""


def new_session() -> ClientSession:
    return ClientSession(
        connector=TCPConnector(limit=0),
        timeout=ClientTimeout(total=None),
        ws_response_class=Connection,
        auto_decompress=False,
    )


async def connect(session: ClientSession, url: str) -> Connection:
    """Raises CannotConnect."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            opened = await session.ws_connect(
                url, timeout=ClientWSTimeout(ws_close=CLOSE_SECONDS), max_msg_size=MAX_MESSAGE
            )
    except WSServerHandshakeError as error:
        raise CannotConnect(f"refused with HTTP {error.status}") from error
    except TimeoutError as error:
        raise CannotConnect(f"no answer within {CONNECT_SECONDS:.0f} s") from error
    except (ClientError, OSError, ValueError) as error:
        raise CannotConnect(f"no connection: {error}") from error
    assert isinstance(opened, Connection)  # noqa: S101 - ws_response_class
    return opened


def check_url(url: str) -> None:
    """Raises ValueError for an address that does not begin with ws:// or wss:// and a host."""
    parts = urlsplit(url)
    if parts.scheme not in ("ws", "wss") or not parts.hostname:
        raise ValueError(f"{url!r} is no address of a WebSocket server; it begins with ws:// or wss://")
    _ = parts.port  # raises ValueError


def is_loopback(url: str) -> bool:
    """An address of this machine, by its IP address or the name localhost; other names are not looked up."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def lost(code: int | None) -> str:
    """How the other side closed it."""
    return (
        f"the server closed the connection ({code})" if code and code != 1006 else "the connection was lost"
    )
