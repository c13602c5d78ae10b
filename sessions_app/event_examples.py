"""Examples of `data` of events about sessions: one session with one seat, two people, and a question."""

from typing import Any

SESSION: dict[str, Any] = {
    "id": "01a1fc0a-1000-7000-8000-000000000001",
    "host_id": "dr-jones",
    "brand_id": "acme",
    "title": "Sleep and recovery",
    "kind": "live",
    "category": "wellness",
    "scheduled_at": "2026-12-01T17:00:00Z",
    "started_at": None,
    "ended_at": None,
    "status": "scheduled",
    "stream_call_id": None,
    "max_participants": 1,
    "duration_minutes": 45,
    "recording_url": None,
    "metadata": {"campaign": "winter"},
    "created_at": "2026-11-21T02:50:11.204000Z",
    "updated_at": "2026-11-21T02:50:11.204000Z",
    "registered_count": 0,
    "description": "Forty-five minutes with Dr. Jones, and time for questions.",
    "co_host_ids": ["nurse-kim"],
    "cover_image_url": "https://images.example.com/sleep.jpg",
    "tags": ["sleep"],
    "timezone": "America/New_York",
    "community_id": "night-owls",
    "community_slug": "night-owls",
    "cancelled_at": None,
    "end_reason": None,
    "waitlist_count": 0,
    "offered_count": 0,
    "series_id": None,
}
FULL = SESSION | {"registered_count": 1, "updated_at": "2026-11-22T09:12:44.010000Z"}
WAITED_FOR = FULL | {"waitlist_count": 1, "updated_at": "2026-11-22T09:30:02.511000Z"}
CALL = {"stream_call_id": "5c1f3c9e-0d5b-5d0e-9c58-7f2f3a2b9d10"}
LIVE_SESSION = (
    FULL
    | CALL
    | {
        "status": "live",
        "started_at": "2026-12-01T17:00:03.120000Z",
        "updated_at": "2026-12-01T17:00:03.120000Z",
    }
)
ENDED_SESSION = LIVE_SESSION | {
    "status": "ended",
    "ended_at": "2026-12-01T17:46:30.000000Z",
    "end_reason": "Ended by its host",
    "updated_at": "2026-12-01T17:46:30.000000Z",
}
REGISTRATION: dict[str, Any] = {
    "id": "01a1fc0a-2000-7000-8000-000000000001",
    "session_id": SESSION["id"],
    "user_id": "anna",
    "status": "registered",
    "registered_at": "2026-11-22T09:12:44.010000Z",
    "cancelled_at": None,
    "state": "registered",
    "patient_id": None,
    "email": "anna@example.com",
    "name": "Anna Bell",
    "role": "participant",
    "answers": {"topic": "Waking at night"},
    "offer_expires_at": None,
}
WAITING = REGISTRATION | {
    "id": "01a1fc0a-2000-7000-8000-000000000002",
    "user_id": "ben",
    "email": "ben@example.com",
    "name": "Ben Ode",
    "answers": {},
    "status": "waitlist",
    "state": "waitlist",
    "registered_at": "2026-11-22T09:30:02.511000Z",
}
QUESTION: dict[str, Any] = {
    "id": "01a1fc0a-3000-7000-8000-000000000001",
    "session_id": SESSION["id"],
    "asker_user_id": "anna",
    "body": "Does a nap after lunch help?",
    "status": "pending",
    "vote_count": 0,
    "asked_at": "2026-12-01T17:20:11.000000Z",
    "moderated_at": None,
    "moderator_user_id": None,
    "answer": None,
}

CREATED = {"session": SESSION}
UPDATED = {"session": FULL | {"title": "Sleep, and how to recover"}, "changed": ["title"]}
RESCHEDULED = {
    "session": FULL | {"scheduled_at": "2026-12-02T17:00:00Z"},
    "previous_scheduled_at": SESSION["scheduled_at"],
}
LIVE = {"session": LIVE_SESSION}
ENDED = {"session": ENDED_SESSION}
CANCELLED = {
    "session": FULL
    | {
        "status": "cancelled",
        "cancelled_at": "2026-11-30T08:00:00.000000Z",
        "end_reason": "The host is ill",
        "updated_at": "2026-11-30T08:00:00.000000Z",
    }
}
REGISTERED = {"session": FULL, "registration": REGISTRATION}
REVIEWED = {
    "session": FULL,
    "registration": REGISTRATION | {"status": "cancelled", "state": "declined"},
}
PROMOTED = {
    "session": FULL,
    "registration": WAITING | {"status": "registered", "state": "registered"},
}
OFFERED = {
    "session": FULL | {"registered_count": 0, "offered_count": 1},
    "registration": WAITING | {"state": "offered", "offer_expires_at": "2026-11-23T10:00:00.000000Z"},
}
LEFT = {
    "session": WAITED_FOR | {"registered_count": 0},
    "registration": REGISTRATION
    | {"status": "cancelled", "state": "cancelled", "cancelled_at": "2026-11-23T10:00:00.000000Z"},
}
ASKED = {"session": LIVE_SESSION, "question": QUESTION}
MODERATED = {
    "session": LIVE_SESSION,
    "question": QUESTION
    | {
        "status": "answered",
        "vote_count": 3,
        "moderated_at": "2026-12-01T17:31:00.000000Z",
        "moderator_user_id": "dr-jones",
        "answer": "A short one, before three o'clock.",
    },
}
ATTENDANCE = {
    "session": ENDED_SESSION,
    "attendance": {"registered": 1, "attended": 1, "absent": 0},
}
RECORDED = {"session": ENDED_SESSION | {"recording_url": "https://recordings.example.com/sleep.mp4"}}
