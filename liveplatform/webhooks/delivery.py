"""Delivering: POST an Event's bytes to an Endpoint, and judge the answer.

2xx                       done, even if the rest of the answer is broken
410                       failed; the endpoint is disabled (liveplatform.webhooks.endpoint_health)
429 and 503               again, not before their Retry-After
everything else           again, as liveplatform.webhooks.retry_schedule has it, then failed
the endpoint is disabled  skipped; it comes back when the endpoint is enabled
"""

import asyncio
import atexit
import time
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache, partial

import aiohttp
from django.conf import settings

from liveplatform.crypto import DecryptionFailed
from liveplatform.egress.http import guarded_session, read_prefix, request_timeout
from liveplatform.egress.url_policy import DestinationForbidden, check_url
from liveplatform.webhooks.models import Endpoint, Event
from liveplatform.webhooks.retry_schedule import next_delay
from liveplatform.webhooks.signing import signature_headers
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome, fail, retry, skip, succeeded

# How much of a refusal is kept, for whoever looks into it.
MAX_EXCERPT_BYTES = 1024


def attempt(attempts: int, event: Event | None, endpoint: Endpoint | None) -> AttemptFn:
    """What carries out one attempt, the `attempts`th of the schedule."""
    if event is None or endpoint is None:
        return partial(skip, "The endpoint was deleted.")
    if not endpoint.is_enabled:
        return partial(skip, f"The endpoint is disabled: {endpoint.disabled_reason or 'by its owner'}.")
    try:
        signing = endpoint.secrets()
    except DecryptionFailed as error:
        return partial(fail, str(error), code="secret")
    return _send(endpoint.url, event.message_id, event.body.encode(), signing, attempts)


async def _send(url: str, message_id: str, body: bytes, signing: list[str], attempts: int) -> Outcome:
    sent = signature_headers(message_id, int(time.time()), body, signing) | {
        "Content-Type": "application/json"
    }
    try:
        check_url(url)
        asked = _shared_session().post(
            url, data=body, headers=sent, allow_redirects=False, timeout=request_timeout()
        )
        async with asked as answer:
            return await _outcome(answer, attempts)
    except DestinationForbidden as error:
        return retry(str(error), code="forbidden")
    except TimeoutError:
        return retry(f"No answer within {settings.WEBHOOK_TIMEOUT:g} s.", code="timeout")
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return retry(f"The request failed: {_describe_error(error)}.", code="connection")


async def _outcome(answer: aiohttp.ClientResponse, attempts: int) -> Outcome:
    status = answer.status
    body = await read_prefix(answer)
    if 200 <= status < 300:
        return succeeded({"status": status}, status=status)
    excerpt = body[:MAX_EXCERPT_BYTES].decode(errors="replace").replace("\0", "")
    if status == 410:
        return fail("410 Gone: the receiver wants no more.", status=status, answer=excerpt)
    if 300 <= status < 400:
        error = f"{status}: redirects are not followed; change the endpoint's URL."
        return retry(error, status=status, answer=excerpt)
    wait = None
    if (
        status in (429, 503)
        and (asked := parse_retry_after(answer.headers.get("Retry-After", ""))) is not None
    ):
        wait = next_delay(attempts, asked)
    return retry(f"The receiver answered {status}.", wait, status=status, answer=excerpt)


def parse_retry_after(value: str) -> float | None:
    """Seconds to wait as a Retry-After header says (seconds, or an HTTP date); None if it says nothing."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        at = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max((at - datetime.now(UTC)).total_seconds(), 0.0)


def _describe_error(error: Exception) -> str:
    """What went wrong, in words that name neither our network nor the customer's URL."""
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
    """The process's one session; first called inside the loop that all deliveries run on."""
    made = guarded_session()
    atexit.register(_close, made, asyncio.get_running_loop())
    return made


def _close(made: aiohttp.ClientSession, loop: asyncio.AbstractEventLoop) -> None:
    if loop.is_running():
        with suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(made.close(), loop).result(2)
