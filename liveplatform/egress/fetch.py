"""Fetch a small text document from a customer's URL over checked connections."""

import asyncio

import aiohttp

from liveplatform.egress.http import guarded_session
from liveplatform.egress.url_policy import check_url, refresh_denylist

MAX_BYTES = 256 * 1024
TIMEOUT = 5.0  # seconds, from the look-up of the host to the end of the body


def fetch_text(url: str) -> str:
    """The UTF-8 text at a URL. Blocks, so not for an event loop.

    Raises OSError if the request fails or takes longer than TIMEOUT, and ValueError (DestinationForbidden
    included) if the URL is not allowed or the answer is not a 200 with at most MAX_BYTES of text.
    """
    check_url(url)
    refresh_denylist()
    try:
        return asyncio.run(_fetch(url))
    except aiohttp.ClientError as error:
        raise OSError(f"the request failed ({type(error).__name__})") from error


async def _fetch(url: str) -> str:
    async with (
        asyncio.timeout(TIMEOUT),
        guarded_session() as session,
        session.get(url, allow_redirects=False) as response,
    ):
        if response.status != 200:
            raise ValueError(f"the answer was {response.status}")
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > MAX_BYTES:
                raise ValueError("the document is too large")
        return body.decode()
