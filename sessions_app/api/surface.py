"""The sessions API: `/v1/sessions`, `/v1/live/sessions`, `/v1/admin/sessions` and `/v1/session-series`."""

from typing import Any

from liveplatform.api.surfaces import Problem, ShortErrorBody, Surface, render_short
from sessions_app.api.error_codes import ERROR_CODES


def render(problem: Problem) -> dict[str, Any]:
    """`{error, message}`; and with 412 what the error is about, such as `reason` and `starts_at`."""
    return render_short(problem) | (problem.fields if problem.status == 412 else {})


SESSIONS = Surface(
    "sessions",
    tags={
        "Sessions": "Scheduled sessions in the vendor's form: create, change, start, join, end.",
        "Registrations": "Who takes part: seats, the waitlist, offers, approval.",
        "Questions": "Asked by attendees: voted for, moderated, answered.",
        "Session series": "Sessions that recur.",
        "Session livestreams": "A live session's room, broadcast.",
        "Session administration": "What staff of a brand may change, and the roster.",
    },
    urls="sessions_app.api.urls",
    paths=r"/v1/(sessions|session-series|live/sessions|admin/sessions)(/.*|\..*)?",
    render=render,
    error_body=ShortErrorBody,
    error_codes=ERROR_CODES,
    enums={
        "SessionStatus": "sessions_app.models.Session.Status",
        "RegistrationState": "sessions_app.models.Registration.Status",
        "QuestionStatus": "sessions_app.models.Question.Status",
        "SessionKind": "sessions_app.models.details.Kind",
        "PlaceStatus": "sessions_app.representation.PlaceStatus",
        "PersonRole": "sessions_app.models.person.Role",
        "RequestedRole": "sessions_app.api.registrations.serializers.VENDOR_ROLES",
    },
)
