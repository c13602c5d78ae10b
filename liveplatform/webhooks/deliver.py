"""Delivering: POST an Event's bytes to an Endpoint, and judge the answer."""

import asyncio
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING

import aiohttp
from django.conf import settings

from liveplatform.crypto import CannotOpen
from liveplatform.webhooks import health
from liveplatform.webhooks.outbound import ANSWER_CAP, Forbidden, judge_url, session
from liveplatform.webhooks.schedule import pause
from liveplatform.webhooks.signing import headers
from liveplatform.work.models import Job
from liveplatform.work.outcomes import Outcome, again, done, never

if TYPE_CHECKING:
    from liveplatform.webhooks.models import Delivery

EXCERPT = 500
# A receiver may ask us to wait, but not for ever.
LONGEST_WAIT = 24 * 3600.0
__all__ = ["pause", "prepare", "settled"]


def prepare(rows: list["Delivery"]) -> list[Job]:
    """One request per delivery, with one query for all of them."""
    found = type(rows[0])._default_manager.select_related("event", "endpoint")
    known = found.in_bulk([row.pk for row in rows])
    return [_job(known[row.pk]) for row in rows]


def settled(rows: list["Delivery"]) -> None:
    """Note how each endpoint fares; see liveplatform.webhooks.health."""
    health.note(rows)


def _job(delivery: "Delivery") -> Job:
    endpoint, event = delivery.endpoint, delivery.event
    if not endpoint.is_enabled:
        return lambda: never(f"The endpoint is disabled: {endpoint.disabled_reason or 'by its owner'}.")
    try:
        signing = endpoint.secrets()
    except CannotOpen as error:
        message = str(error)
        return lambda: never(message)
    return _post(endpoint.url, event.message_id, event.body.encode(), signing)


async def _post(url: str, message_id: str, body: bytes, signing: list[str]) -> Outcome:
    """One attempt. A 2xx counts as delivered even if the rest of the answer is broken."""
    sent = headers(message_id, int(time.time()), body, signing) | {"Content-Type": "application/json"}
    try:
        judge_url(url)
        async with _session().post(url, data=body, headers=sent, allow_redirects=False) as answer:
            return await _judge(answer)
    except Forbidden as error:
        return again(str(error), code="forbidden")
    except TimeoutError:
        return again(f"No answer within {settings.WEBHOOK_TIMEOUT:g} s.", code="timeout")
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return again(f"The connection failed ({type(error).__name__}).", code="connection")


async def _judge(answer: aiohttp.ClientResponse) -> Outcome:
    status = answer.status
    excerpt = await _excerpt(answer)
    if 200 <= status < 300:
        return done({"status": status}, status=status)
    if status == 410:
        return never("410 Gone: the receiver wants no more; the endpoint is disabled.", status=status)
    if 300 <= status < 400:
        return again(f"{status}: redirects are not followed; change the endpoint's URL.", status=status)
    wait = retry_after(answer.headers.get("Retry-After", "")) if status in (429, 503) else None
    return again(f"The receiver answered {status}.", wait, status=status, answer=excerpt)


async def _excerpt(answer: aiohttp.ClientResponse) -> str:
    """The beginning of the answer, for whoever looks into a failure; the connection stays usable."""
    try:
        raw = await answer.content.read(ANSWER_CAP)
        if not answer.content.at_eof():
            answer.close()
    except (aiohttp.ClientError, OSError, TimeoutError, asyncio.IncompleteReadError):
        return ""
    return raw[:EXCERPT].decode(errors="replace").replace("\0", "")


def retry_after(value: str) -> float | None:
    """Seconds to wait as a Retry-After header says (seconds, or an HTTP date); None if it says nothing."""
    if value.strip().isdigit():
        return min(float(value), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max((at - datetime.now(UTC)).total_seconds(), 0.0), LONGEST_WAIT)


@cache
def _session() -> aiohttp.ClientSession:
    """The process's one session; first called inside the loop that all deliveries run on."""
    return session()
