"""The wire format that Plivo and Vobiz share: calls, call records, streams, errors.

Sources: plivo.com/docs/voice/api (call object, audio stream object), the fixtures of
github.com/plivo/plivo-python, docs.vobiz.ai/call and docs.vobiz.ai/audio-streams.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from providers.base import Leg, LegStatus
from providers.errors import UnknownOutcome
from providers.streams import ProviderStream, StreamStatus, stream_in

LIVE_STATUS: dict[str, LegStatus] = {"queued": "queued", "ringing": "ringing", "in-progress": "live"}
STREAM_STATUS: dict[str, StreamStatus] = {
    "initiated": "starting",
    "queued": "starting",
    "in-progress": "live",
    "completed": "stopped",
    "stopped": "stopped",
    "failed": "failed",
}
NOT_FOUND = "not_found"
# What Plivo answers, as plain text, to wrong credentials.
REFUSED_TEXT = "could not verify your access level"


def read_live(call: Mapping[str, Any], call_id: str, company: str) -> Leg:
    """A live or queued call. `session_start` has no zone: it is UTC.

    Raises UnknownOutcome for anything else, and for another call.
    """
    raw = call.get("call_status")
    if call.get("call_uuid") != call_id or not isinstance(raw, str):
        raise UnknownOutcome(f"{company}'s answer is not a call, or not this one.", code="bad_answer")
    created_at = parse_time(call.get("session_start"), naive_is_utc=True)
    return Leg(id=call_id, status=LIVE_STATUS.get(raw, "unknown"), raw_status=raw, created_at=created_at)


def read_record(call: Mapping[str, Any], company: str) -> Leg:
    """The record of a call that is over. Plivo bills in US dollars, and prices a call after its end.

    Raises UnknownOutcome for anything else.
    """
    call_id, seconds = call.get("call_uuid"), count(call.get("bill_duration"))
    if not isinstance(call_id, str) or not call_id or "end_time" not in call:
        raise UnknownOutcome(f"{company}'s answer is not the record of a call.", code="bad_answer")
    answered_at = parse_time(call.get("answer_time"))
    is_answered = bool(answered_at or seconds)
    amount = parse_cost(call.get("total_amount"))
    is_priced = amount and (Decimal(amount) or not seconds)
    return Leg(
        id=call_id,
        status="ended",
        raw_status=final_status(call.get("hangup_cause_name"), is_answered=is_answered),
        started_at=parse_time(call.get("initiation_time")),
        answered_at=answered_at,
        ended_at=parse_time(call.get("end_time")),
        duration=seconds,
        created_at=parse_time(call.get("initiation_time")),
        cost=amount if is_priced else "",
        price_unit="USD" if is_priced else "",
    )


def final_status(cause: object, *, is_answered: bool) -> str:
    """The final CallStatus, in the words of the platform, by the name of a hang-up's cause.

    Source: plivo.com/docs/voice/troubleshooting/hangup-causes and docs.vobiz.ai/concepts/hangup-causes.
    """
    if is_answered:
        return "completed"
    words = str(cause or "").lower().replace("_", " ").replace("-", " ")
    for word, status in (
        ("busy", "busy"),
        ("no answer", "no-answer"),
        ("timeout", "no-answer"),
        ("cancel", "canceled"),
    ):
        if word in words:
            return status
    return "failed"


def read_stream(stream: object, company: str) -> ProviderStream:
    """A stream, as it is listed. Our name of it is in its callback URL.

    Without a status (older answers) its end tells. Raises UnknownOutcome for anything else.
    """
    stream_id = stream.get("stream_id") if isinstance(stream, Mapping) else None
    if not isinstance(stream, Mapping) or not isinstance(stream_id, str) or not stream_id:
        raise UnknownOutcome(f"{company}'s answer is not a stream.", code="bad_answer")
    raw, ended_at = str(stream.get("status") or ""), parse_time(stream.get("end_time"))
    assumed: StreamStatus = "stopped" if stream.get("end_time") else "live"
    return ProviderStream(
        id=stream_id,
        status=STREAM_STATUS.get(raw, "unknown") if raw else assumed,
        raw_status=raw,
        name=stream_in(stream.get("status_callback_url")),
        started_at=parse_time(stream.get("start_time")),
        ended_at=ended_at,
        seconds=count(stream.get("bill_duration")),
        cost=parse_cost(stream.get("billed_amount")),
    )


def count(value: object) -> int | None:
    """A number of seconds, or of items; None for anything else."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
        return int(value)
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9
    return value if is_count else None  # type: ignore[return-value]


def parse_cost(value: object) -> str:
    """An amount of money as a decimal number; "" for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return ""
    return f"{amount:f}" if amount.is_finite() and 0 <= amount < 10**6 else ""


def parse_time(text: object, *, naive_is_utc: bool = False) -> datetime | None:
    """An ISO 8601 time. One without a zone is in that of the customer's console, which is unknown: None."""
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    if at is not None and at.tzinfo is None:
        return at.replace(tzinfo=UTC) if naive_is_utc else None
    return at


def read_error(status: int, body: Mapping[str, Any]) -> tuple[str, str, str]:
    """Error body: {api_id, error}; Vobiz also has {status: "error", error: {code, message}}.

    Errors have no numbers: the code is "not_found", or the HTTP status. A text may quote phone numbers.
    """
    error = body.get("error")
    named = str(error.get("code") or "") if isinstance(error, Mapping) else ""
    is_own = bool(named) or (isinstance(error, str) and isinstance(body.get("api_id"), str))
    if REFUSED_TEXT in str(body.get("text", "")).lower():
        is_own = True
    if not is_own:
        return "", str(status), ""
    code = NOT_FOUND if status == 404 else named[:40] or str(status)
    return code, f"error {code} ({status})" if code != str(status) else f"error {status}", ""


def same_number(one: object, other: str) -> bool:
    """Whether two phone numbers are the same, with or without the plus sign."""
    return isinstance(one, str) and one.lstrip("+") == other.lstrip("+")
