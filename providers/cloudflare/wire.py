"""Cloudflare RealtimeKit's wire format: answers, livestreams, times, errors.

Source: developers.cloudflare.com/api/resources/realtime_kit, and the types of its package `cloudflare` 5.9.0.
A success is {success, data}; it has no `result`, as the rest of Cloudflare's API has.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from providers.body import error_number
from providers.errors import UnknownOutcome
from providers.events import as_mapping, is_http_url
from providers.streams import ProviderStream, StreamStatus

ERROR_DOCS = "https://developers.cloudflare.com/realtime/realtimekit/"
ROOM_TYPE = "meeting"
NOT_FOUND = "404"
# The gateway's codes for an address that leads nowhere: a wrong account or app.
NO_ROUTE = ("7000", "7003")
# REST has LIVE, IDLE, ERRORED and INVOKED; webhooks and guides have OFFLINE too.
STATUSES: Mapping[str, StreamStatus] = {
    "INVOKED": "starting",
    "LIVE": "live",
    "IDLE": "stopped",
    "OFFLINE": "stopped",
    "ERRORED": "failed",
}


def read_data(body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - an object or a list
    """The `data` of a success. A 200 may hold `success: false`, which is a failure all the same.

    Raises UnknownOutcome for it: such an answer does not say what has happened.
    """
    if body.get("success") is not True:
        code, message, _ = read_error(200, body)
        raise UnknownOutcome(f"Cloudflare answered with a failure: {message}.", code=code or "bad_answer")
    return body.get("data")


def read_livestream(document: object) -> ProviderStream:
    """{id, name, status, ingest_server, stream_key, playback_url, …}; raises UnknownOutcome for others."""
    found = as_mapping(document)
    if not isinstance(found.get("id"), str) or not found["id"]:
        raise UnknownOutcome("Cloudflare's answer is not a livestream.", code="bad_answer")
    raw_status = _text(found, "status")
    status = STATUSES.get(raw_status, "unknown")
    return ProviderStream(
        id=found["id"],
        status=status,
        raw_status=raw_status,
        name=_text(found, "name"),
        ended_at=parse_time(found.get("updated_at")) if status in ("stopped", "failed") else None,
        playback_url=found["playback_url"] if is_http_url(found.get("playback_url")) else "",
        ingest_server=_text(found, "ingest_server"),
        stream_key=_text(found, "stream_key"),
        parent_id=_text(found, "meeting_id"),
        parent_type=ROOM_TYPE if found.get("meeting_id") else "",
    )


def read_page(body: Mapping[str, Any]) -> tuple[list[Any], int | None]:
    """The items of one page, and how many there are over all pages, if it says so.

    The specification gives `data` both as a list and as one object; UnknownOutcome for anything else.
    """
    data = read_data(body)
    items = [data] if isinstance(data, Mapping) and data.get("id") else data
    if not isinstance(items, list):
        raise UnknownOutcome("Cloudflare's answer is not a list.", code="bad_answer")
    paging = as_mapping(body.get("paging")) or as_mapping(as_mapping(data).get("paging"))
    total = paging.get("total_count")
    return items, total if isinstance(total, int) else None


def parse_time(value: object) -> datetime | None:
    """A time in ISO 8601; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def read_error(status: int, body: Mapping[str, Any]) -> tuple[str, str, str]:
    """RealtimeKit's {success: false, error: {code, message}}, or the gateway's {success: false, errors: […]}.

    The code of a 404 is "404", whatever its number, unless the gateway found no such account or app.
    """
    listed = body.get("errors")
    own = as_mapping(body.get("error")) or as_mapping(
        listed[0] if isinstance(listed, list) and listed else None
    )
    code = error_number(own) if body.get("success") is False else ""
    if code and status == int(NOT_FOUND) and code not in NO_ROUTE:
        code = NOT_FOUND
    if status == HTTPStatus.UNAUTHORIZED and body.get("message") == "Unauthorized":
        code = "401"
    return code, f"error {code} ({status})" if code else str(status), ERROR_DOCS if code else ""


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    return value if isinstance(value, str) else ""
