"""Examples of `data` of events about calls: one call, that ends and is processed."""

from typing import Any

LIVE_CALL: dict[str, Any] = {
    "id": "01a1fc09-0000-7000-8000-000000000001",
    "account_id": "01a1f000-0000-7000-8000-00000000000a",
    "channel": "phone",
    "status": "live",
    "call_status": "in-progress",
    "created_at": "2026-11-21T02:50:11.204000Z",
    "created_by": "key:k3y1d",
    "updated_at": "2026-11-21T02:50:19.880000Z",
    "scheduled_at": None,
    "ringing_at": "2026-11-21T02:50:13.000000Z",
    "answered_at": "2026-11-21T02:50:19.877000Z",
    "answered_by": "human",
    "machine_detection": "enable",
    "on_machine": "hang_up",
    "ring_time": 6,
    "started_at": "2026-11-21T02:50:19.877000Z",
    "ended_at": None,
    "duration": None,
    "time_limit": 3600,
    "join_limit": None,
    "joined_at": None,
    "empty_since": None,
    "end_requested_at": None,
    "disconnect_reason": None,
    "end_code": None,
    "ended_by": None,
    "provider": {
        "name": "twilio",
        "call_id": "CA0123456789abcdef0123456789abcdef",
        "connection_id": "01a1f000-0000-7000-8000-0000000000c1",
        "state": "live",
        "status": "in-progress",
        "answered_by": "human",
        "confirmed_at": None,
        "ended_at": None,
    },
    "provider_seen_at": "2026-11-21T02:50:19.880000Z",
    "host_user_id": None,
    "title": None,
    "stream_call_type": None,
    "from": "+12025550100",
    "to": "+12025550123",
    "extension": "204",
    "direction": "outbound-api",
    "is_test": False,
    "ai_agent_id": "01a1f000-0000-7000-8000-0000000000a6",
    "campaign_id": "01a1f000-0000-7000-8000-0000000000ca",
    "contact_id": "01a1f000-0000-7000-8000-0000000000c0",
    "workspace": "default",
    "dynamic_variables": {"first_name": "Ada"},
    "cost": None,
    "price_unit": None,
    "latency": None,
    "sentiment": None,
    "rating": None,
    "feedback": None,
    "notes": "Asked for a call in the evening.",
    "recording_url": None,
    "recording_ready_at": None,
    "recording_expires_at": None,
    "metadata": {"ticket": 4711},
}
NEW_CALL = LIVE_CALL | {
    "status": "scheduled",
    "call_status": "queued",
    "updated_at": LIVE_CALL["created_at"],
    **dict.fromkeys(("ringing_at", "answered_at", "answered_by", "ring_time", "started_at")),
    "provider": LIVE_CALL["provider"]
    | {"call_id": None, "state": "unknown", "status": "dialling", "answered_by": None},
    "provider_seen_at": None,
}
RINGING_CALL = NEW_CALL | {
    "status": "live",
    "call_status": "ringing",
    "updated_at": "2026-11-21T02:50:13.012000Z",
    "ringing_at": LIVE_CALL["ringing_at"],
    "provider": LIVE_CALL["provider"] | {"status": "ringing", "answered_by": None},
    "provider_seen_at": "2026-11-21T02:50:13.012000Z",
}
ERRORED_CALL = LIVE_CALL | {
    "status": "errored",
    "updated_at": "2026-11-21T03:57:48.438112Z",
    "end_requested_at": "2026-11-21T02:57:48.438000Z",
    "disconnect_reason": "Ended Via API call",
    "end_code": "ended_by_api",
    "ended_by": "key:k3y1d",
}
ENDED_CALL = LIVE_CALL | {
    "status": "ended",
    "updated_at": "2026-11-21T02:57:48.438112Z",
    "ended_at": "2026-11-21T02:57:48.438000Z",
    "duration": 448,
    "disconnect_reason": "Ended Via API call",
    "end_code": "ended_by_api",
    "ended_by": "key:k3y1d",
}
ANALYZED_CALL = ENDED_CALL | {
    "updated_at": "2026-11-21T02:57:49.102900Z",
    "sentiment": "positive",
    "latency": 0.8,
}
PROCESSED_CALL = ANALYZED_CALL | {
    "call_status": "completed",
    "updated_at": "2026-11-21T02:57:49.310000Z",
    "provider": LIVE_CALL["provider"]
    | {
        "state": "ended",
        "status": "completed",
        "confirmed_at": "2026-11-21T02:57:48.911000Z",
        "ended_at": "2026-11-21T02:57:48.000000Z",
    },
    "cost": 0.0085,
    "price_unit": "USD",
}
TRANSCRIPT: dict[str, Any] = {
    "language": "en",
    "turns": [
        {"role": "customer", "text": "Can you call me in the evening?", "start_ms": 0, "end_ms": 2100},
        {"role": "agent", "text": "Of course, at seven?", "start_ms": 2900, "end_ms": 4400},
        {"role": "customer", "text": "Perfect, thank you!", "start_ms": 5000, "end_ms": 6300},
    ],
}
ANALYSIS: dict[str, Any] = {
    "metrics": {
        "turns": {"total": 3, "customer": 2, "agent": 1},
        "questions": {"customer": 1, "agent": 1},
        "words": {"customer": 10, "agent": 4},
        "duration_ms": 6300,
        "talk_share": {"customer": 0.6939, "agent": 0.3061},
        "longest_monologue": {"role": "customer", "ms": 2100},
        "interruptions": {"customer": 0, "agent": 0},
        "silence": {"count": 0, "total_ms": 0, "share": 0.0},
        "words_per_minute": {"customer": 176.5, "agent": 160.0},
        "response_latency_ms": {"p50": 800.0, "p95": 800.0},
    },
    "sentiment": {
        "label": "positive",
        "score": 0.4,
        "reason": None,
        "turns": [
            {"index": 0, "label": "neutral", "score": 0.0},
            {"index": 2, "label": "positive", "score": 0.8},
        ],
        "evidence": [{"index": 2, "label": "positive", "score": 0.8, "why": ["perfect", "thank you"]}],
    },
    "analyser": "lexicon",
    "version": "1",
    "created_at": "2026-11-21T02:57:49.102000Z",
}
STEP: dict[str, Any] = {
    "kind": "terminate",
    "state": "done",
    "attempts": 1,
    "error": None,
    "due_at": "2026-11-21T02:57:48.438000Z",
    "settled_at": "2026-11-21T02:57:48.911000Z",
}
RECORDING: dict[str, Any] = {
    "id": "RE0123456789abcdef0123456789abcdef",
    "url": "https://recordings.example.com/RE0123456789abcdef0123456789abcdef.mp3",
    "started_at": "2026-11-21T02:50:19.877000Z",
    "ended_at": "2026-11-21T02:57:48.438000Z",
    "duration": 448,
    "ready_at": "2026-11-21T02:58:30.000000Z",
    "expires_at": None,
}
OPERATION: dict[str, Any] = {
    "id": "01a1fc0b-0000-7000-8000-000000000003",
    "state": "finished",
    "ended": 41,
    "already_ended": 1,
    "unknown": 0,
    "ids": None,
    "filter": {"is_test": True},
    "reason": "End of the load test",
    "code": "ended_by_api",
    "by": "key:k3y1d",
    "error": None,
    "created_at": "2026-11-21T02:57:40.000000Z",
    "finished_at": "2026-11-21T02:57:41.250000Z",
}

CREATED: dict[str, Any] = {"call": NEW_CALL}
RINGING: dict[str, Any] = {"call": RINGING_CALL}
ANSWERED: dict[str, Any] = {"call": LIVE_CALL}
ERRORED: dict[str, Any] = {"call": ERRORED_CALL}
UPDATED: dict[str, Any] = {"call": LIVE_CALL, "changed": ["answered_by"]}
CALL_ENDED: dict[str, Any] = {"call": ENDED_CALL, "recordings": []}
STILL_LIVE: dict[str, Any] = {"call": ANALYZED_CALL, "recordings": []}
DETAILS: dict[str, Any] = {"transcript": TRANSCRIPT, "analysis": ANALYSIS, "omitted": []}
ANALYZED: dict[str, Any] = {"call": ANALYZED_CALL, "recordings": [], **DETAILS}
PROCESSED: dict[str, Any] = {"call": PROCESSED_CALL, "recordings": [], **DETAILS, "steps": [STEP]}
RECORDED_CALL = PROCESSED_CALL | {
    "updated_at": "2026-11-21T02:58:30.000200Z",
    "recording_url": RECORDING["url"],
    "recording_ready_at": RECORDING["ready_at"],
}
RECORDING_READY: dict[str, Any] = {
    "call": RECORDED_CALL,
    "recordings": [RECORDING],
    "recording": RECORDING,
}
OPERATION_FINISHED: dict[str, Any] = {"operation": OPERATION}
