"""Normalised reasons why a call ended; `disconnect_reason` is the free text beside them."""

from django.db import models

DEFAULT_REASON = "Ended Via API call"
MAX_REASON_LENGTH = 500  # characters
# Of a call that is hung up because a machine answered (Call.is_to_be_hung_up).
VOICEMAIL_REASON, VOICEMAIL_ACTOR = "A machine answered, not a person.", "machine detection"


class EndCode(models.TextChoices):
    """Who or what ended the call: a request, a rule of the platform, or the provider."""

    ENDED_BY_API = "ended_by_api"
    ENDED_BY_STAFF = "ended_by_staff"
    EMERGENCY_STOP = "emergency_stop"
    TIME_LIMIT = "time_limit"
    STALE = "stale"
    QUALITY_CONTROL = "quality_control"
    PARTICIPANTS_LEFT = "participants_left"
    NOBODY_CAME = "nobody_came"
    VOICEMAIL = "voicemail"
    ROOM_GONE = "room_gone"
    ENDED_AT_PROVIDER = "ended_at_provider"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    CANCELED = "canceled"
    FAILED = "failed"
    SESSION_ENDED = "session_ended"


def end_code_for_status(raw_status: str) -> EndCode:
    """The end code for the final status of a leg, in Twilio's terms."""
    return {
        "busy": EndCode.BUSY,
        "no-answer": EndCode.NO_ANSWER,
        "canceled": EndCode.CANCELED,
        "failed": EndCode.FAILED,
    }.get(raw_status, EndCode.ENDED_AT_PROVIDER)
