"""Series for tests, in Berlin, and ways to look at them."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from liveplatform.accounts.models import Account
from sessions_app.models import Series, Session
from sessions_app.series.create import create_series
from tests.sessions_app.factories import BRAND, HOST, key_caller

BERLIN = ZoneInfo("Europe/Berlin")


def next_week(weekday: int, hour: int, minute: int = 0) -> datetime:
    """A weekday (0: Monday) of the week after this one, at this hour in Berlin."""
    today = timezone.now().astimezone(BERLIN)
    monday = today - timedelta(days=today.weekday())
    day = (monday + timedelta(days=7 + weekday)).date()
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=BERLIN)


def series(account: Account, rule: str = "FREQ=WEEKLY;COUNT=4", **fields: Any) -> Series:
    """Mondays at 10 in Berlin, with three seats."""
    defaults = {
        "brand_id": BRAND,
        "host_id": HOST,
        "title": "Office hours",
        "starts_at": next_week(0, 10),
        "timezone": "Europe/Berlin",
        "max_participants": 3,
        "rule": rule,
    }
    return create_series(key_caller(account), defaults | fields)


def sessions(row: Series) -> list[Session]:
    """Its sessions, in order of time."""
    return list(Session.objects.filter(series=row).order_by("scheduled_at", "created_at"))


def scheduled(row: Series) -> list[Session]:
    return [session for session in sessions(row) if session.status == Session.Status.SCHEDULED]


def wall_clock(row: Series) -> list[str]:
    """When its sessions to come are, in Berlin: "Mon 10:00"."""
    return [each.scheduled_at.astimezone(BERLIN).strftime("%a %H:%M") for each in scheduled(row)]
