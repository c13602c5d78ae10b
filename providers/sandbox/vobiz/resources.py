"""Vobiz's resources: what differs from Plivo's. Source: docs.vobiz.ai/cdr, docs.vobiz.ai/audio-streams."""

import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from providers.sandbox.plivo.resources import cause, talk_seconds

# A CDR's hangup_cause, by final status.
HANGUP_CAUSES = {
    "completed": "NORMAL_CLEARING",
    "busy": "USER_BUSY",
    "no-answer": "NO_ANSWER",
    "timeout": "RECOVERY_ON_TIMER_EXPIRE",
    "cancel": "ORIGINATOR_CANCEL",
    "failed": "DESTINATION_OUT_OF_ORDER",
}
RATE_PER_MINUTE, STREAM_RATE_PER_MINUTE, CURRENCY = 0.45, 0.2, "INR"


def call_record(call: Mapping[str, Any], streams: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A CDR: a call that is over, with what its streams have cost."""
    seconds, (code, name) = talk_seconds(call), cause(call)
    cost = -(-seconds // 60) * RATE_PER_MINUTE
    minutes = sum(-(-int(row["_ended"] - row["_began"]) // 60) for row in streams if row["_ended"])
    forked = minutes * STREAM_RATE_PER_MINUTE
    return {
        "account_id": call["account"],
        "answer_time": iso(call["_answered"]),
        "billsec": seconds,
        "bridge_uuid": None,
        "call_direction": "outbound",
        "caller_id_name": "",
        "caller_id_number": call["from"],
        "context": "voice-api",
        "cost": round(cost, 4),
        "created_at": iso(call["_ended"]),
        "currency": CURRENCY,
        "destination_number": call["to"],
        "duration": int(call["_ended"] - call["_made"]),
        "end_time": iso(call["_ended"]),
        "hangup_cause": HANGUP_CAUSES[call["status"]],
        "hangup_cause_code": code,
        "hangup_cause_name": name,
        "hangup_disposition": "send_bye",
        "hangup_source": call["source"],
        "id": uuid.UUID(call["call_uuid"]).int % 10**8,
        "start_time": iso(call["_made"]),
        "streaming_cost": round(forked, 4),
        "total_cost": round(cost + forked, 4),
        "updated_at": iso(call["_ended"]),
        "uuid": call["call_uuid"],
    }


def stream_resource(row: Mapping[str, Any], root: str) -> dict[str, Any]:
    """A stream of a call; it has no billing fields."""
    return {
        "call_uuid": row["_call"],
        "stream_id": row["stream_id"],
        "service_url": row["service_url"],
        "audio_track": row["track"],
        "bidirectional": row["bidirectional"],
        "content_type": row["content_type"],
        "sampling_rate": int(row["content_type"].rpartition("=")[2]),
        "stream_timeout": row["stream_timeout"],
        "status_callback_url": row["status_callback_url"],
        "status_callback_method": row["status_callback_method"],
        "status": row["status"],
        "start_time": iso(row["_began"]),
        "end_time": iso(row["_ended"]),
        "resource_uri": f"{root}/{row['account']}/Call/{row['_call']}/Stream/{row['stream_id']}/",
    }


def iso(at: float | None) -> str | None:
    """A time as the records have it."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S}Z" if at else None


def page_of(rows: Sequence[Any], limit: int, offset: int) -> dict[str, Any]:
    """One page of streams."""
    shown = list(rows[offset : offset + limit])
    return {"page": offset // limit + 1, "per_page": limit, "total": len(rows), "objects": shown}


def records_page(account: str, rows: Sequence[Any], page: int, per_page: int) -> dict[str, Any]:
    """One page of CDRs."""
    shown, pages = list(rows[(page - 1) * per_page : page * per_page]), -(-len(rows) // per_page)
    paging = {"page": page, "per_page": per_page, "total": len(rows), "pages": pages}
    paging |= {"has_next": page < pages, "has_prev": page > 1}
    summary = {"totalCalls": len(rows), "last_call_at": iso(time.time()) if rows else None}
    head = {"account_id": account, "count": len(shown), "success": True}
    return head | {"data": shown, "pagination": paging, "summary": summary}
