"""Every type of event there is, and what it says: what endpoints subscribe to, and docs/webhooks.md."""

EVENT_TYPES = {
    "call.ended": "A call is over; what follows its end has begun.",
    "call.analyzed": "The analysis of a call is there: metrics and sentiment.",
    "call.processed": "Everything that follows the end of a call is settled, step by step.",
    "call.updated": "A step of a processed call was run again.",
    "call.recording_ready": "A recording of a call is ready; `recording` holds its link, which may perish.",
    "call.still_live": "A call that ended here was found live at its provider, and is hung up again.",
    "operation.finished": "An operation that ended many calls is over.",
    "endpoint.failing": "Another endpoint of the account has failed for one day, or three.",
    "endpoint.disabled": "Another endpoint of the account was disabled: by 410 Gone or five days of failure.",
    "endpoint.test": "A test asked for over the API or in the admin; sent to the endpoint under test only.",
}


def unknown_types(wanted: list[str]) -> list[str]:
    """Those of the wanted types that are neither a type nor a group of types ("call.*")."""
    return [name for name in wanted if name not in EVENT_TYPES and not _is_group(name)]


def _is_group(name: str) -> bool:
    return name.endswith(".*") and any(known.startswith(name[:-1]) for known in EVENT_TYPES)
