"""Tell a webhook: POST the signed body.

2xx                        succeeded
5xx and network errors     retried, then failed
everything else            failed, as the vendor has it
the webhook is disabled    skipped
"""

import asyncio
import atexit
from contextlib import suppress
from functools import cache, partial

import aiohttp
from django.conf import settings

from liveplatform.egress.http import guarded_session, read_prefix, request_timeout
from liveplatform.egress.resolver import look_ups_of
from liveplatform.egress.url_policy import DestinationForbidden, check_url
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome, fail, retry, skip, succeeded
from sessions_app.livestreams.keys import sign
from sessions_app.models import LivestreamDelivery, LivestreamWebhook


def attempt(delivery: LivestreamDelivery, private_key: str) -> AttemptFn:
    """One attempt; the delivery with its webhook."""
    webhook = delivery.webhook
    if not webhook.enabled:
        return partial(skip, "The webhook is disabled.")
    return _send(webhook, delivery, private_key)


async def _send(webhook: LivestreamWebhook, delivery: LivestreamDelivery, private_key: str) -> Outcome:
    body = delivery.body.encode()
    headers = {
        "Content-Type": "application/json",
        "rtk-signature": sign(private_key, body),
        "rtk-uuid": str(delivery.pk),
        "rtk-webhook-id": str(webhook.pk),
    }
    try:
        check_url(webhook.url)
        with look_ups_of(str(webhook.account_id)):
            async with _shared_session().post(
                webhook.url, data=body, headers=headers, allow_redirects=False, timeout=request_timeout()
            ) as response:
                await read_prefix(response)
                return _outcome(response.status)
    except DestinationForbidden as error:
        return fail(str(error), code="forbidden")
    except TimeoutError:
        return retry(f"No answer within {settings.WEBHOOK_TIMEOUT:g} s.", code="timeout")
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return retry(f"The request failed: {type(error).__name__}.", code="connection")


def _outcome(status: int) -> Outcome:
    if 200 <= status < 300:
        return succeeded({"status": status}, status=status)
    answer = retry if status >= 500 else fail
    return answer(f"The receiver answered {status}.", status=status)


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
