"""What an endpoint may be made of: the same rules for API, admin and commands."""

from django.core.exceptions import ValidationError

from liveplatform.webhooks.catalogue import unknown_types
from liveplatform.webhooks.judging import Forbidden, judge_url, learn_denied


def validate_url(url: str) -> None:
    """ValidationError unless events may be sent there."""
    learn_denied()
    try:
        judge_url(url)
    except Forbidden as error:
        raise ValidationError(str(error), code="forbidden_url") from error


def validate_events(names: list[str]) -> None:
    """ValidationError naming what is neither a type of event nor a group of them."""
    unknown = unknown_types(names)
    if unknown:
        shown = ", ".join(name[:60] for name in unknown[:5])
        raise ValidationError(f"Unknown event types: {shown}.", code="unknown_type")
