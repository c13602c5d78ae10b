"""Begin a series."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from sessions_app.caller import Caller
from sessions_app.exceptions import InvalidFields, NotAllowed
from sessions_app.models import Series
from sessions_app.series.plan import plan
from sessions_app.series.rules import InvalidRule, Rule, first_time

# How far away the start of a series may be.
MAX_PAST, MAX_AHEAD = timedelta(days=366), timedelta(days=5 * 366)


def create_series(caller: Caller, fields: Mapping[str, Any]) -> Series:
    """Create a series from the values of its columns, and its sessions up to the horizon.

    Raises InvalidFields (a rule without a time to come, a start that is too far away, another brand than the
    caller's) and NotAllowed: a user makes series of its own only.
    """
    series = Series(account_id=caller.account_id, created_by=caller.actor, **fields)
    if caller.brand_id and series.brand_id != caller.brand_id:
        raise InvalidFields(brand_id=f"You act for the brand {caller.brand_id}.")
    if not (caller.is_trusted or caller.is_host_of(series)):
        raise NotAllowed("A user creates only series that it hosts: put your own user id into host_id.")
    set_times(series, timezone.now())
    with transaction.atomic():
        series.save(force_insert=True)
        if not plan(series):
            raise InvalidFields(rule="All times of the rule are past, or excluded.")
        series.refresh_from_db()
    return series


def set_times(series: Series, now: datetime, *, is_start_given: bool = True) -> None:
    """Check the rule with its start and zone; the start becomes the first time of the rule.

    A start that was given before may be long ago. Raises InvalidFields.
    """
    if is_start_given and not now - MAX_PAST <= series.starts_at <= now + MAX_AHEAD:
        raise InvalidFields(starts_at="Give a time within the last year or the next five years.")
    try:
        rule = Rule.parse(series.rule)
        series.starts_at = first_time(rule, series.starts_at, ZoneInfo(series.timezone))
    except InvalidRule as error:
        raise InvalidFields(rule=str(error)) from error
    series.rule = rule.text
