"""LiveKit's official Python package (livekit-api), for tests that are not async."""

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

from livekit import api

from tests.support.sandbox import SECRET


def call_api(url: str, key: str, act: Callable[[api.LiveKitAPI], Awaitable[Any]]) -> Any:
    """Call the server API with the package; returns its result."""

    async def asked() -> Any:
        async with api.LiveKitAPI(url, key, SECRET) as client:
            return await act(client)

    return asyncio.run(asked())


def signed_headers(key: str, body: bytes, secret: str = SECRET) -> dict[str, str]:
    """The headers of a webhook, signed by the package."""
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    token = api.AccessToken(key, secret).with_sha256(digest).to_jwt()
    return {"Authorization": token, "Content-Type": "application/webhook+json"}
