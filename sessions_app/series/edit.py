"""Edit the sessions of a series: all to come, or those from one of them on; and cancel what is left of it.

One session alone is changed like any other (lifecycle/update.py), and is an exception from then on. Edits
leave exceptions alone, and sessions that have begun or are over. Where the rule's times change, a session
stays, with its registrations, if the rule has a time on its day: it is moved to that time. The others are
cancelled, and everybody is told; days that are new get new sessions.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from sessions_app.caller import Caller
from sessions_app.exceptions import InvalidFields, SessionStateError
from sessions_app.lifecycle.cancel import cancel_session
from sessions_app.lifecycle.update import change_session, merged_metadata, update_session
from sessions_app.models import Series, Session
from sessions_app.series.create import set_times
from sessions_app.series.lookup import get_series, lock_places, lock_series, lock_upcoming, zone_of
from sessions_app.series.plan import plan
from sessions_app.series.retime import retime
from sessions_app.series.split import find_occurrence, split

TIMING = frozenset({"starts_at", "rule", "timezone", "excluded"})


def edit_this(series_id: UUID, occurrence_id: UUID, caller: Caller, changes: Mapping[str, Any]) -> Series:
    """Change one session of the series, as `update_session`; it is an exception from then on.

    Raises what that does, SeriesNotFound, and InvalidFields for a session of another series.
    """
    series = get_series(series_id, caller)
    update_session(find_occurrence(series, occurrence_id).pk, caller, changes)
    return series


def edit_all(series_id: UUID, caller: Caller, changes: Mapping[str, Any]) -> Series:
    """Change a series and its sessions to come. `metadata` is merged into each session's.

    Raises SeriesNotFound, NotAllowed, SessionStateError (also: fewer seats than are taken), InvalidFields.
    """
    with transaction.atomic():
        series = _lock_active(series_id, caller)
        _apply(series, caller, changes, timezone.now())
    return series


def edit_following(
    series_id: UUID, occurrence_id: UUID, caller: Caller, changes: Mapping[str, Any]
) -> Series:
    """Change one session of the series and those after it; returns the series that they are of from now on.

    The series ends before that session, and another begins with it, which takes over the people who are
    registered for the whole. Raises what `edit_all` does, and InvalidFields for a session of another series.
    """
    with transaction.atomic():
        series = _lock_active(series_id, caller)
        following = split(series, find_occurrence(series, occurrence_id))
        _apply(following, caller, changes, timezone.now())
        _require_after(series, following)
    return following


def cancel_series(
    series_id: UUID, caller: Caller, reason: str = "", occurrence_id: UUID | None = None
) -> Series:
    """Cancel the sessions to come, or those from one of them on; also those that were edited apart.

    No more are made. Safe to repeat. Raises SeriesNotFound, NotAllowed, InvalidFields.
    """
    with transaction.atomic():
        series = lock_series(series_id, caller)
        caller.require_host_of(series)
        lock_places(series, timezone.now())
        if occurrence_id is not None:
            split_off = Series.objects.filter(previous=series, is_active=False, sessions__pk=occurrence_id)
            if done := split_off.first():
                return done
            series = split(series, find_occurrence(series, occurrence_id))
        for session in lock_upcoming([series], timezone.now()):
            cancel_session(session.pk, caller, reason)
        series.is_active = False
        series.save()
    return series


def _lock_active(series_id: UUID, caller: Caller) -> Series:
    series = lock_series(series_id, caller)
    caller.require_host_of(series)
    if not series.is_active:
        raise SessionStateError("The series was cancelled; begin another.")
    lock_places(series, timezone.now())  # all that may be locked later, in one order
    return series


def _apply(series: Series, caller: Caller, changes: Mapping[str, Any], now: datetime) -> None:
    before = zone_of(series)
    for name, value in changes.items():
        setattr(series, name, value if name != "metadata" else merged_metadata(series.metadata, value))
    sessions = lock_upcoming([series], now)
    is_retimed = bool(changes.keys() & TIMING)
    if is_retimed:
        set_times(series, now, is_start_given="starts_at" in changes)
        sessions = retime(series, sessions, caller, before)
    details = {name: value for name, value in changes.items() if name not in TIMING}
    if "timezone" in changes:
        details["timezone"] = series.timezone
    for session in sessions:
        if not session.is_exception:  # one change, and so one mail, of its time and its details
            change_session(session, caller, details | _new_time(session, is_retimed=is_retimed))
    plan(series, now, is_quiet=False)
    series.refresh_from_db()


def _require_after(series: Series, following: Series) -> None:
    """The part that was split off must not begin among the sessions that the series keeps."""
    kept = Session.objects.filter(series=series, original_at__gte=following.starts_at)
    if following.pk != series.pk and kept.exists():
        raise InvalidFields(starts_at="Sessions that are left as they are come later; give a later start.")


def _new_time(session: Session, *, is_retimed: bool) -> dict[str, Any]:
    return {"scheduled_at": session.original_at} if is_retimed else {}
