"""The filters of the list of sessions as a query; each is answered by an index of the session's."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from sessions_app.models import Session

COLUMNS = ("brand_id", "host_id", "community_id", "status", "kind", "category")


def select(sessions: QuerySet[Session], query: Mapping[str, Any]) -> QuerySet[Session]:
    """The sessions that match every filter of a validated SessionListQuery. Raises ValidationError."""
    sessions = sessions.filter(**{name: query[name] for name in COLUMNS if name in query})
    if "host_user_id" in query:
        sessions = sessions.filter(host_id=query["host_user_id"])
    if is_upcoming(query):
        sessions = sessions.filter(upcoming())
    if "month" in query:
        first, last = month_bounds(query["month"])
        sessions = sessions.filter(scheduled_at__gte=first, scheduled_at__lt=last)
    return sessions


def is_ascending(query: Mapping[str, Any]) -> bool:
    """Whether the earliest are first: of what is to come, and of a month."""
    return is_upcoming(query) or "month" in query


def is_upcoming(query: Mapping[str, Any]) -> bool:
    return bool(query.get("upcoming") or query.get("upcoming_only"))


def upcoming() -> Q:
    """Live, or scheduled for a time to come.

    Written so that PostgreSQL sees how many these are: nearly all that are open.
    """
    is_past = Q(status=Session.Status.SCHEDULED, scheduled_at__lt=timezone.now())
    return Q(status__in=Session.OPEN) & ~is_past


def month_bounds(text: str) -> tuple[datetime, datetime]:
    """The first moment of the month "YYYY-MM" in UTC, and that of the next. Raises ValidationError."""
    year, month = map(int, text.split("-"))
    try:
        first = datetime(year, month, 1, tzinfo=UTC)
        return first, first.replace(year=year + month // 12, month=month % 12 + 1)
    except ValueError as error:
        raise ValidationError({"month": ["There is no such month."]}) from error
