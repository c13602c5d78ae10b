"""What staff may do, beyond Django's view, add, change and delete of each model."""

from typing import Any

SEE_PRIVATE = "staff.see_private"
NOTE_CALLS = "staff.note_calls"
END_CALLS = "staff.end_calls"
END_MANY_CALLS = "staff.end_many_calls"
EMERGENCY_STOP = "staff.emergency_stop"
RUN_AGAIN = "staff.run_again"
RESEND_DELIVERIES = "staff.resend_deliveries"
MANAGE_KEYS = "staff.manage_keys"

MEANINGS = {
    SEE_PRIVATE: "Can see phone numbers, transcripts, recordings and bodies",
    NOTE_CALLS: "Can write a call's notes and rating",
    END_CALLS: "Can end a call",
    END_MANY_CALLS: "Can end many calls, and make auto-end rules",
    EMERGENCY_STOP: "Can end all live calls of an account",
    RUN_AGAIN: "Can run steps, analyses and checks again",
    RESEND_DELIVERIES: "Can send deliveries and test events",
    MANAGE_KEYS: "Can make, rotate and revoke keys and secrets",
}


def codename(permission: str) -> str:
    """The part after the app: "end_calls" of "staff.end_calls"."""
    return permission.partition(".")[2]


def may(request: Any, permission: str) -> bool:  # noqa: ANN401 - a request, or a stand-in with a user
    """Whether the user of this request has the permission; superusers have all."""
    return bool(request.user.has_perm(permission))
