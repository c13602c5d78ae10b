"""Fetching a small document from a customer's URL, over the same judged connections as webhooks."""

import asyncio

import aiohttp

from liveplatform.egress.http import guarded_session
from liveplatform.egress.url_policy import check_url, refresh_denylist
from liveplatform.work.executor import event_loop

MAX_BYTES = 256 * 1024
TIMEOUT = 5.0


def fetch_text(url: str) -> str:
    """The text at a URL, within DEADLINE seconds. OSError or ValueError (Forbidden among them) if not."""
    check_url(url)
    refresh_denylist()
    future = asyncio.run_coroutine_threadsafe(_get(url), event_loop())
    try:
        return future.result(TIMEOUT + 1)
    except aiohttp.ClientError as error:
        raise OSError(f"the request failed ({type(error).__name__})") from error
    finally:
        future.cancel()


async def _get(url: str) -> str:
    async with (
        asyncio.timeout(TIMEOUT),
        guarded_session() as http,
        http.get(url, allow_redirects=False) as answer,
    ):
        if answer.status != 200:
            raise ValueError(f"the answer was {answer.status}")
        raw = bytearray()
        async for chunk in answer.content.iter_any():
            raw += chunk
            if len(raw) > MAX_BYTES:
                raise ValueError("the document is too large")
        return raw.decode()
