"""Schedule a session."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from sessions_app.caller import Caller
from sessions_app.exceptions import InvalidFields, NotAllowed
from sessions_app.models import Session
from sessions_app.publish import SESSION_CREATED, publish
from sessions_app.schedule import plan_duties

# A client's clock may be so much behind.
CLOCK_SKEW = timedelta(minutes=1)
PAST = "This is in the past. Give a time to come; to begin at once, schedule for now and start the session."


def create_session(caller: Caller, fields: Mapping[str, Any]) -> Session:
    """Create a session from the values of its columns, which must be valid each by itself.

    Raises InvalidFields (a time that is past, another brand than the caller's) and NotAllowed: a user makes
    sessions of its own only.
    """
    session = Session(account_id=caller.account_id, created_by=caller.actor, **fields)
    if caller.brand_id and session.brand_id != caller.brand_id:
        raise InvalidFields(brand_id=f"You act for the brand {caller.brand_id}.")
    if not (caller.is_trusted or (caller.user_id and caller.user_id == session.host_id)):
        raise NotAllowed("A user creates only sessions that it hosts: put your own user id into host_id.")
    require_future(session.scheduled_at)
    with transaction.atomic():
        session.save(force_insert=True)
        session.refresh_from_db()
        plan_duties(session)
        publish(session, SESSION_CREATED)
    session.refresh_from_db(fields=["updated_at"])
    return session


def require_future(scheduled_at: datetime) -> None:
    """Raise InvalidFields if the time is past."""
    if scheduled_at < timezone.now() - CLOCK_SKEW:
        raise InvalidFields(scheduled_at=PAST)
