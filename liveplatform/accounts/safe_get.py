"""Fetching a small document from a customer's URL, over the same judged connections as webhooks."""

import asyncio

import aiohttp

from liveplatform.webhooks.judging import judge_url, learn_denied
from liveplatform.webhooks.outbound import session
from liveplatform.work.running import event_loop

CAP = 256 * 1024
DEADLINE = 5.0


def safe_get(url: str) -> str:
    """The text at a URL, within DEADLINE seconds. OSError or ValueError (Forbidden among them) if not."""
    judge_url(url)
    learn_denied()
    future = asyncio.run_coroutine_threadsafe(_get(url), event_loop())
    try:
        return future.result(DEADLINE + 1)
    except aiohttp.ClientError as error:
        raise OSError(f"the request failed ({type(error).__name__})") from error
    finally:
        future.cancel()


async def _get(url: str) -> str:
    async with asyncio.timeout(DEADLINE), session() as http, http.get(url, allow_redirects=False) as answer:
        if answer.status != 200:
            raise ValueError(f"the answer was {answer.status}")
        raw = bytearray()
        async for chunk in answer.content.iter_any():
            raw += chunk
            if len(raw) > CAP:
                raise ValueError("the document is too large")
        return raw.decode()
