"""A call's status in Twilio's words, which the telephony surface speaks: in Python, and kept by PostgreSQL.

The provider's own word where it fits our state, else ours translated.
"""

from django.db.models import Case, CharField, F, Q, Value, When

FINAL_STATUSES = ("completed", "busy", "failed", "no-answer", "canceled")
LIVE_STATUSES = ("queued", "ringing", "in-progress")
TWILIO_STATUSES = (*LIVE_STATUSES, *FINAL_STATUSES)

DEFAULT_TWILIO_STATUS = {
    "scheduled": "queued",
    "live": "in-progress",
    "ended": "completed",
    "errored": "failed",
}


def twilio_status(status: str, provider_status: str, *, is_over: bool) -> str:
    """The status that a caller of the telephony surface sees."""
    fits = FINAL_STATUSES if is_over else LIVE_STATUSES
    return provider_status if provider_status in fits else DEFAULT_TWILIO_STATUS[status]


# The same as an expression, for the generated column that filters and sorts use.
CALL_STATUS = Case(
    When(Q(ended_at__isnull=False, provider_status__in=FINAL_STATUSES), then=F("provider_status")),
    When(Q(ended_at__isnull=True, provider_status__in=LIVE_STATUSES), then=F("provider_status")),
    *(When(Q(status=ours), then=Value(theirs)) for ours, theirs in DEFAULT_TWILIO_STATUS.items()),
    default=Value("failed"),
    output_field=CharField(),
)
