"""Deliver an event: POST its bytes to the endpoint; the answer decides what happens to the delivery.

2xx                       succeeded, even if the rest of the answer is broken
410                       failed; the endpoint is disabled (endpoint_health.py)
429 and 503               retried, not before their Retry-After
everything else           retried by the schedule (retry_schedule.py), then failed
the endpoint is disabled  skipped; due again once the endpoint is enabled
"""

import asyncio
import atexit
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cache, partial
from uuid import UUID

import aiohttp
from django.conf import settings

from liveplatform.crypto import DecryptionFailed
from liveplatform.egress.http import guarded_session, read_prefix, request_timeout
from liveplatform.egress.resolver import look_ups_of
from liveplatform.egress.url_policy import DestinationForbidden, check_url
from liveplatform.webhooks.models import Endpoint, Event, Payload
from liveplatform.webhooks.retry_schedule import MAX_RETRY_AFTER
from liveplatform.webhooks.signing import signature_headers
from liveplatform.webhooks.thin import body_for
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome, fail, retry, skip, succeeded
from providers.http import parse_retry_after

# How much of a refusal's body is kept in the log of the attempt.
MAX_EXCERPT_BYTES = 1024
CONTENT_TYPE = {"Content-Type": "application/json"}


def attempt(event: Event | None, endpoint: Endpoint | None, payload: str = Payload.FULL) -> AttemptFn:
    """One attempt to deliver an event; either is None if it was deleted meanwhile."""
    if event is None or endpoint is None:
        return partial(skip, "The endpoint was deleted.")
    if not endpoint.is_enabled:
        return partial(skip, f"The endpoint is disabled: {endpoint.disabled_reason or 'by its owner'}.")
    try:
        secrets = endpoint.secrets()
    except DecryptionFailed as error:
        return partial(fail, str(error), code="secret")
    return _send(endpoint, event.message_id, body_for(payload, event.body), secrets)


async def _send(endpoint: Endpoint, message_id: str, body: bytes, secrets: list[str]) -> Outcome:
    headers = CONTENT_TYPE | signature_headers(message_id, int(time.time()), body, secrets)
    return await send("POST", endpoint.url, body=body, headers=headers, account_id=endpoint.account_id)


async def send(
    method: str, url: str, *, body: bytes | None, headers: Mapping[str, str], account_id: UUID
) -> Outcome:
    """One request to a URL of a customer, over judged connections; the answer as an outcome."""
    try:
        check_url(url)
        with look_ups_of(str(account_id)):
            async with _shared_session().request(
                method, url, data=body, headers=headers, allow_redirects=False, timeout=request_timeout()
            ) as response:
                return await _outcome(response)
    except DestinationForbidden as error:
        return retry(str(error), code="forbidden")
    except TimeoutError:
        return retry(f"No answer within {settings.WEBHOOK_TIMEOUT:g} s.", code="timeout")
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return retry(f"The request failed: {_describe_error(error)}.", code="connection")


async def _outcome(response: aiohttp.ClientResponse) -> Outcome:
    status, body = response.status, await read_prefix(response)
    if 200 <= status < 300:
        return succeeded({"status": status}, status=status)
    excerpt = body[:MAX_EXCERPT_BYTES].decode(errors="replace").replace("\0", "")
    if status == 410:
        return fail("410 Gone: the receiver wants no more.", status=status, answer=excerpt)
    if 300 <= status < 400:
        error = f"{status}: redirects are not followed; change the endpoint's URL."
        return retry(error, status=status, answer=excerpt)
    retry_after = response.headers.get("Retry-After", "") if status in (429, 503) else ""
    wait = parse_retry_after(retry_after, MAX_RETRY_AFTER)
    return retry(f"The receiver answered {status}.", wait, status=status, answer=excerpt)


def _describe_error(error: Exception) -> str:
    """The reason in words that name neither our network nor the customer's URL."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return "the host was not found"
        case aiohttp.ClientConnectorCertificateError():
            return "the certificate is not valid for this host"
        case aiohttp.ClientSSLError():
            return "TLS could not be agreed upon"
        case aiohttp.ClientConnectorError():
            return "no connection could be made"
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientOSError():
            return "the connection broke before an answer came"
        case _:
            return f"the answer was not HTTP ({type(error).__name__})"


@cache
def _shared_session() -> aiohttp.ClientSession:
    """The session of this process; first called inside the event loop that runs all deliveries."""
    session = guarded_session()
    atexit.register(_close, session, asyncio.get_running_loop())
    return session


def _close(session: aiohttp.ClientSession, loop: asyncio.AbstractEventLoop) -> None:
    if loop.is_running():
        with suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(session.close(), loop).result(2)
