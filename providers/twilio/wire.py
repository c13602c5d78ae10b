"""Twilio's wire format: call and recording resources, statuses, times, durations, prices, errors.

Source: github.com/twilio/twilio-oai, spec/json/twilio_api_v2010.json.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from providers.base import Leg, LegStatus
from providers.body import error_number
from providers.errors import Unavailable, UnknownOutcome
from providers.events import RecordingFile
from providers.http import path_segment

LEG_STATUS: dict[str, LegStatus] = {
    "queued": "queued",
    "ringing": "ringing",
    "in-progress": "live",
    "completed": "ended",
    "busy": "ended",
    "failed": "ended",
    "no-answer": "ended",
    "canceled": "ended",
}
PRICE = re.compile(r"-?[0-9]{1,5}(\.[0-9]{1,9})?", re.ASCII)
CURRENCY = re.compile(r"[A-Za-z]{3}", re.ASCII)


def read_leg(call: object, sid: str = "") -> Leg:
    """A call resource: times are RFC 2822, the duration is a string of seconds.

    Raises UnknownOutcome for anything else, and for another call than `sid`, if that is given.
    """
    found = call.get("sid") if isinstance(call, Mapping) else None
    if not isinstance(call, Mapping) or not isinstance(found, str) or found != (sid or found) or not found:
        raise UnknownOutcome("Twilio's answer is not a call, or not this one.", code="bad_answer")
    raw = str(call.get("status", ""))
    started_at, ended_at = parse_time(call.get("start_time")), parse_time(call.get("end_time"))
    duration = parse_seconds(call.get("duration"))
    cost, unit = parse_cost(call.get("price"), call.get("price_unit"))
    answered_by, raw_answered_by = parse_answered_by(call.get("answered_by"))
    return Leg(
        id=found,
        status=LEG_STATUS.get(raw, "unknown"),
        raw_status=raw,
        started_at=started_at,
        answered_at=_answered_at(raw, started_at, ended_at, duration),
        ended_at=ended_at,
        created_at=parse_time(call.get("date_created")),
        duration=duration,
        answered_by=answered_by,
        raw_answered_by=raw_answered_by,
        cost=cost,
        price_unit=unit,
    )


def read_account_status(account: object) -> str:
    """The status of an account resource: "active", "suspended" or "closed"."""
    if not isinstance(account, Mapping) or account.get("status") not in ("active", "suspended", "closed"):
        raise Unavailable("Twilio's answer is not an account.", code="bad_answer")
    return str(account["status"])


def _answered_at(
    raw: str, started_at: datetime | None, ended_at: datetime | None, duration: int | None
) -> datetime | None:
    """When it was answered: the resource has no field for it, and its duration counts from the answer."""
    if raw == "in-progress":
        return started_at
    if raw == "completed" and ended_at and duration:
        return ended_at - timedelta(seconds=duration)
    return None


def parse_answered_by(text: object) -> tuple[str, str]:
    """AnsweredBy, normalised (human, machine, fax, unknown) and as Twilio has it; ("", "") if not a text.

    Values: human, fax, unknown, machine_start, machine_end_beep, machine_end_silence, machine_end_other
    (twilio.com/docs/voice/answering-machine-detection); the resource of a call may say machine alone.
    """
    if not isinstance(text, str) or not text:
        return "", ""
    word = text.partition("_")[0].lower()
    return word if word in ("human", "machine", "fax") else "unknown", text[:40]


def is_ready(recording: object) -> bool:
    """Whether a recording resource is complete."""
    return (
        isinstance(recording, Mapping)
        and isinstance(recording.get("sid"), str)
        and recording.get("status") == "completed"
    )


def read_recording(recording: Mapping[str, Any], media_url: str) -> RecordingFile:
    """A recording resource; its URL is the one that callbacks give as RecordingUrl."""
    started_at = parse_time(recording.get("start_time"))
    seconds = parse_seconds(recording.get("duration"))
    return RecordingFile(
        id=str(recording["sid"]),
        url=f"{media_url}/{path_segment(str(recording['sid']))}",
        started_at=started_at,
        ended_at=end_of(started_at, seconds),
        duration=seconds,
    )


def end_of(started_at: datetime | None, seconds: int | None) -> datetime | None:
    """The end of a recording; None if its start or its duration is not known."""
    return started_at + timedelta(seconds=seconds) if started_at and seconds is not None else None


def parse_seconds(text: object) -> int | None:
    """A duration, which is a string of seconds; None for anything else."""
    return int(text) if isinstance(text, str) and re.fullmatch(r"[0-9]{1,9}", text) else None


def parse_cost(price: object, unit: object) -> tuple[str, str]:
    """A call's cost as a decimal number, and its currency; ("", "") until Twilio has priced the call.

    Twilio writes a charge as a negative string, "-0.0085", minutes after the end of the call.
    """
    if not isinstance(price, str) or not PRICE.fullmatch(price):
        return "", ""
    cost = price.removeprefix("-") if price.startswith("-") or not price.strip("0.") else f"-{price}"
    return cost, unit.upper() if isinstance(unit, str) and CURRENCY.fullmatch(unit) else ""


def parse_time(text: object) -> datetime | None:
    """An RFC 2822 time; None for anything else."""
    try:
        at = parsedate_to_datetime(text) if isinstance(text, str) else None
    except (ValueError, OverflowError):
        return None
    return at.replace(tzinfo=UTC) if at and not at.tzinfo else at


def parse_iso_time(text: object) -> datetime | None:
    """An ISO 8601 time with a zone, as callbacks of streams have it; None for anything else."""
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return at if at and at.tzinfo else None


def read_error(status: int, body: Mapping[str, Any]) -> tuple[str, str, str]:
    """Error body: {code, message, more_info, status}. A message may quote phone numbers: the code only.

    The code is a number; without it the error is not Twilio's own.
    """
    code = error_number(body)
    help_url = f"https://www.twilio.com/docs/errors/{code}" if code.isdigit() else ""
    if code == "20404":
        return code, "no such call, or another account (error 20404)", help_url
    return code, f"error {code} ({status})" if code else str(status), help_url
