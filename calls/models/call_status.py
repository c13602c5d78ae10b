"""A call's status in Twilio's vocabulary, for the telephony surface: in Python and as a generated column.

The provider's own status if it agrees with the call's state here, else the default for that state.
Source of the values: https://www.twilio.com/docs/voice/api/call-resource#call-status-values
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
    """One of TWILIO_STATUSES for a call with this `Call.status` and this status at its provider."""
    possible = FINAL_STATUSES if is_over else LIVE_STATUSES
    return provider_status if provider_status in possible else DEFAULT_TWILIO_STATUS[status]


# The same as an expression: the generated column `call_status`, by which calls are filtered and sorted.
CALL_STATUS = Case(
    When(Q(ended_at__isnull=False, provider_status__in=FINAL_STATUSES), then=F("provider_status")),
    When(Q(ended_at__isnull=True, provider_status__in=LIVE_STATUSES), then=F("provider_status")),
    *(When(Q(status=status), then=Value(shown)) for status, shown in DEFAULT_TWILIO_STATUS.items()),
    default=Value("failed"),
    output_field=CharField(),
)
