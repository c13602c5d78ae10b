"""Validators of an endpoint's fields, for the API, the admin and commands."""

from django.core.exceptions import ValidationError

from liveplatform.egress.url_policy import DestinationForbidden, check_url, refresh_denylist
from liveplatform.webhooks.event_types import unknown_types


def validate_url(url: str) -> None:
    """Raises ValidationError unless events may be sent to this URL. Blocks while the denylist is resolved."""
    refresh_denylist()
    try:
        check_url(url)
    except DestinationForbidden as error:
        raise ValidationError(str(error), code="forbidden_url") from error


def validate_events(names: list[str]) -> None:
    """Raises ValidationError with the names that are neither an event type nor a group ("call.*")."""
    unknown = unknown_types(names)
    if unknown:
        shown = ", ".join(name[:60] for name in unknown[:5])
        raise ValidationError(f"Unknown event types: {shown}.", code="unknown_type")
