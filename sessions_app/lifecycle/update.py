"""Change a session: its row, duties, events and mails in one transaction; then its provider's room."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from calls.exceptions import CallNotFound, CallStateError, MetadataTooLarge
from calls.lifecycle.update import MAX_METADATA_BYTES, merge_patch, update_call
from liveplatform.json_codec import dumps
from sessions_app.caller import Caller
from sessions_app.exceptions import CapacityTooLow, SessionStateError
from sessions_app.invitations.notices import notify
from sessions_app.lifecycle.create import require_future
from sessions_app.lifecycle.transitions import open_registrations
from sessions_app.lookup import lock_session
from sessions_app.models import Mail, Session
from sessions_app.publish import SESSION_RESCHEDULED, SESSION_UPDATED, publish
from sessions_app.registrations.hosts import apply_hosts
from sessions_app.registrations.waitlist import fill_free_seats, limit_offers
from sessions_app.rules import Answer, require_asker, require_status
from sessions_app.schedule import plan_duties

log = structlog.get_logger(__name__)

# What people's calendars show: a change of these before the start is sent to them.
MATERIAL = frozenset({"scheduled_at", "duration_minutes", "title"})
PLANNED_BY = frozenset({"scheduled_at", "reminder_minutes", "max_duration_minutes", "host_grace_minutes"})
HOSTS = frozenset({"host_id", "co_host_ids"})
# What the provider's room shows.
OF_ROOM = frozenset({"title", "scheduled_at"})


def update_session(session_id: UUID, caller: Caller, changes: Mapping[str, Any]) -> Session:
    """Change fields of `rules.FIELDS`; `metadata` is merged (RFC 7396). Without changes nothing happens.

    Raises SessionNotFound, NotAllowed, SessionStateError (also: fewer seats than are taken), InvalidFields,
    MetadataTooLarge.
    """
    with transaction.atomic():
        session = lock_session(session_id, caller.account_id, caller.brand_id)
        if change_session(session, caller, changes) and session.series_id:
            session.is_exception = True  # edits of its series leave it alone from now on
            session.save(update_fields=["is_exception"])
        session.refresh_from_db(fields=["updated_at"])
    return session


def change_session(session: Session, caller: Caller, changes: Mapping[str, Any]) -> set[str]:
    """The same with a locked session, in the caller's transaction; returns what has changed.

    A value that is there already is no change: so a whole session can be sent back while it is open.
    """
    before = {name: getattr(session, name) for name in changes}
    values = _resolve(session, changes)
    changed = {name for name in changes if values[name] != before[name]}
    for name in changes:
        _require_possible(session, caller, name, values[name], is_changed=name in changed)
    if changed:
        _save(session, {name: values[name] for name in changed})
        _follow_up(session, changed, before)
    return changed


def _resolve(session: Session, changes: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(changes)
    if "metadata" in values:
        values["metadata"] = merged_metadata(session.metadata, values["metadata"])
    return values


def merged_metadata(metadata: Any, patch: Any) -> Any:  # noqa: ANN401 - JSON
    """The metadata with the patch merged into it (RFC 7396). Raises MetadataTooLarge."""
    merged = merge_patch(metadata, patch)
    if len(dumps(merged)) > MAX_METADATA_BYTES:
        raise MetadataTooLarge(f"Merged, it would be more than {MAX_METADATA_BYTES:,} bytes of JSON.")
    return merged


def _require_possible(session: Session, caller: Caller, name: str, value: Any, *, is_changed: bool) -> None:  # noqa: ANN401 - any field's value
    require_asker(session, caller, name)
    if not is_changed and not session.is_over:
        return
    answer = require_status(session, name)
    if answer == Answer.RAISE and value < getattr(session, name):
        raise SessionStateError(f"The session is {session.status}; its {name} can only grow now.")
    if name == "scheduled_at":
        require_future(value)
    if name == "max_participants" and value < session.registered_count + session.offered_count:
        raise CapacityTooLow(session.registered_count + session.offered_count)


def _save(session: Session, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(session, name, value)
    fields = list(values)
    if session.status == Session.Status.SCHEDULED and MATERIAL & values.keys():
        session.calendar_sequence += 1
        fields.append("calendar_sequence")
    session.save(update_fields=fields)
    session.refresh_from_db(fields=["updated_at"])


def _follow_up(session: Session, changed: set[str], before: Mapping[str, Any]) -> None:
    """What follows from a change that is saved."""
    if changed & PLANNED_BY:
        plan_duties(session)
    if "scheduled_at" in changed:
        publish(session, SESSION_RESCHEDULED, previous_scheduled_at=before["scheduled_at"])
        limit_offers(session)
    if others := changed - {"scheduled_at"}:
        publish(session, SESSION_UPDATED, changed=sorted(others))
    if "max_participants" in changed:
        fill_free_seats(session)
    if changed & HOSTS:
        apply_hosts(session)
    if session.status == Session.Status.SCHEDULED and changed & MATERIAL:
        _notify(session, changed, before)
    if changed & OF_ROOM and session.call_id:
        transaction.on_commit(partial(_change_room, session.pk, changed & OF_ROOM))


def _notify(session: Session, changed: set[str], before: Mapping[str, Any]) -> None:
    details: dict[str, Any] = {"changed": sorted(changed & MATERIAL)}
    kind = Mail.Kind.CHANGED
    if "scheduled_at" in changed:
        kind = Mail.Kind.RESCHEDULED
        details["previous_scheduled_at"] = before["scheduled_at"].isoformat()
    cause = f"change:{session.calendar_sequence}"
    notify(session, open_registrations(session), kind, cause=cause, **details)


def _change_room(session_id: UUID, names: frozenset[str] | set[str]) -> None:
    """Tell the provider, best effort: its failure is on the call's timeline, and changes nothing here.

    The session is read again: of two changes the later may be told first, and is what both tell.
    """
    session = Session.objects.filter(pk=session_id).first()
    if session is None or session.call_id is None:
        return
    changes = {name: getattr(session, name) for name in names}
    try:
        update_call(session.call_id, account_id=session.account_id, actor="session", changes=changes)
    except (CallNotFound, CallStateError) as error:
        log.info("room_not_changed", session_id=str(session.pk), error=str(error))
