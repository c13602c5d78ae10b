"""Plivo's resources: calls, their records, streams. Fields with an underscore are internal.

Sources: the fixtures of github.com/plivo/plivo-python, plivo.com/docs/voice/api.
"""

import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

ENDED = ("completed", "busy", "failed", "timeout", "no-answer", "cancel")
# Code and name of a hang-up's cause, by final status.
CAUSES = {
    "completed": (4000, "Normal Hangup"),
    "busy": (3010, "Busy Line"),
    "no-answer": (3000, "No Answer"),
    "timeout": (3100, "Ring Timeout Reached"),
    "cancel": (1010, "Cancelled"),
    "failed": (2020, "Destination Out Of Service"),
}
END_OF_XML = (4010, "End Of XML Instructions")
RATE_PER_MINUTE = 0.003


def new_call(account: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """A call as it was asked for."""
    return {
        "call_uuid": str(uuid.uuid4()),
        "account": account,
        "from": str(body["from"]),
        "to": str(body["to"]),
        "status": "ringing",
        "source": "",
        "_answer_url": str(body.get("answer_url") or ""),
        "_ring_url": str(body.get("ring_url") or ""),
        "_hangup_url": str(body.get("hangup_url") or ""),
        "_detection_url": str(body.get("machine_detection_url") or "")
        if body.get("machine_detection")
        else "",
        "_made": time.time(),
        "_answered": None,
        "_ended": None,
    }


def live_call(call: Mapping[str, Any]) -> dict[str, Any]:
    """A live or queued call, as Plivo shows it."""
    made = datetime.fromtimestamp(call["_made"], UTC)
    return {
        "api_id": str(uuid.uuid4()),
        "call_status": call["status"],
        "call_uuid": call["call_uuid"],
        "caller_name": "",
        "direction": "outbound",
        "from": call["from"].lstrip("+"),
        "request_uuid": call["call_uuid"],
        "session_start": f"{made:%Y-%m-%d %H:%M:%S.%f}",
        "to": call["to"].lstrip("+"),
    }


def talk_seconds(call: Mapping[str, Any]) -> int:
    """From the answer to the end; 0 of a call that was not answered."""
    return int(call["_ended"] - call["_answered"]) if call["_answered"] and call["_ended"] else 0


def cause(call: Mapping[str, Any]) -> tuple[int, str]:
    """Code and name of why a call is over."""
    return END_OF_XML if call["source"] == "Vobiz" else CAUSES[call["status"]]


def record(call: Mapping[str, Any], root: str) -> dict[str, Any]:
    """The record of a call that is over."""
    seconds, (code, name) = talk_seconds(call), cause(call)
    billed = -(-seconds // 60) * 60
    return {
        "answer_time": zoned(call["_answered"]),
        "bill_duration": seconds,
        "billed_duration": billed,
        "call_direction": "outbound",
        "call_duration": seconds,
        "call_state": "ANSWER" if call["_answered"] else "NO_ANSWER",
        "call_uuid": call["call_uuid"],
        "conference_uuid": None,
        "end_time": zoned(call["_ended"]),
        "from_number": call["from"],
        "hangup_cause_code": code,
        "hangup_cause_name": name,
        "hangup_source": call["source"],
        "initiation_time": zoned(call["_made"]),
        "parent_call_uuid": None,
        "resource_uri": f"{root}/{call['account']}/Call/{call['call_uuid']}/",
        "to_number": call["to"].lstrip("+"),
        "total_amount": f"{billed / 60 * RATE_PER_MINUTE:.5f}",
        "total_rate": f"{RATE_PER_MINUTE:.5f}",
    }


def stream_resource(row: Mapping[str, Any], root: str) -> dict[str, Any]:
    """A stream of a call."""
    seconds = int((row["_ended"] or time.time()) - row["_began"])
    is_over = not row["_live"]
    return {
        "audio_track": row["track"],
        "bidirectional": row["bidirectional"],
        "bill_duration": seconds if is_over else None,
        "billed_amount": f"{-(-seconds // 60) * RATE_PER_MINUTE:.5f}" if is_over else None,
        "call_uuid": row["_call"],
        "content_type": row["content_type"],
        "end_time": zoned(row["_ended"]),
        "resource_uri": f"{root}/{row['account']}/Call/{row['_call']}/Stream/{row['stream_id']}/",
        "rounded_bill_duration": -(-seconds // 60) * 60 if is_over else None,
        "service_url": row["service_url"],
        "start_time": zoned(row["_began"]),
        "status": row["status"],
        "status_callback_method": row["status_callback_method"],
        "status_callback_url": row["status_callback_url"],
        "stream_id": row["stream_id"],
        "stream_timeout": row["stream_timeout"],
    }


def zoned(at: float | None) -> str | None:
    """A time as the records have it."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S}+00:00" if at else None
