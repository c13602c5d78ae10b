"""A call's status in Twilio's words, which the telephony surface speaks: in Python, and kept by PostgreSQL.

The provider's own word where it fits our state, else ours translated.
"""

from django.db.models import Case, CharField, F, Q, Value, When

FINAL_AT_PROVIDER = ("completed", "busy", "failed", "no-answer", "canceled")
LIVE_AT_PROVIDER = ("queued", "ringing", "in-progress")
WORDS = (*LIVE_AT_PROVIDER, *FINAL_AT_PROVIDER)

TRANSLATED = {"scheduled": "queued", "live": "in-progress", "ended": "completed", "errored": "failed"}


def in_twilios_words(status: str, provider_status: str, *, is_over: bool) -> str:
    """The status that a caller of the telephony surface sees."""
    fits = FINAL_AT_PROVIDER if is_over else LIVE_AT_PROVIDER
    return provider_status if provider_status in fits else TRANSLATED[status]


# The same as an expression, for the generated column that filters and sorts use.
CALL_STATUS = Case(
    When(Q(ended_at__isnull=False, provider_status__in=FINAL_AT_PROVIDER), then=F("provider_status")),
    When(Q(ended_at__isnull=True, provider_status__in=LIVE_AT_PROVIDER), then=F("provider_status")),
    *(When(Q(status=ours), then=Value(theirs)) for ours, theirs in TRANSLATED.items()),
    default=Value("failed"),
    output_field=CharField(),
)
