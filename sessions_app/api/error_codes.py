"""The error codes of the sessions API."""

from liveplatform.api.error_codes import ErrorCode

ERROR_CODES: tuple[ErrorCode, ...] = (
    ErrorCode(
        "already_registered",
        (409,),
        "This person has a seat in the session, waits for one, or waits for approval.",
        "Read the registration that there is, or cancel it first.",
    ),
    ErrorCode(
        "session_full",
        (412,),
        "No seat of the session is free.",
        "Use POST /v1/sessions/{id}/registrations, which gives a place on the waitlist.",
    ),
    ErrorCode(
        "registration_closed",
        (412,),
        "The session's registration has closed; the message says when.",
        "Ask the host to move `registration_closes_at`.",
    ),
    ErrorCode(
        "capacity_too_low",
        (412,),
        "More seats are taken than `max_participants` would leave; `taken` is their number.",
        "Give at least that number, or cancel registrations first.",
    ),
    ErrorCode(
        "not_joinable",
        (412,),
        "Nobody, or not this user, can join the session now. `reason` says why: too_early, not_registered, "
        "pending, waitlist, offered, cancelled or over; `starts_at` is its time.",
        "Wait for the join window, or register the user.",
    ),
    ErrorCode(
        "chat_not_configured",
        (503,),
        "The account has no connection to GetStream, whose chat sessions use.",
        "Connect it: POST /v1/connections.",
    ),
    ErrorCode(
        "not_the_host",
        (403,),
        "Only the session's host, its co-hosts, an API key and the scope admin:live may do this.",
        "Use the token of a host, or an API key.",
    ),
)
