"""Changing what is on record of a call: by its host (surface A), or by those who look back at it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from calls import acts
from calls.connecting import adapter
from calls.end import CallNotFound
from calls.models import Call
from calls.opening import default_limit, shown_to_participants
from calls.states import WrongState, must_not_end
from calls.watching.starting import limit_call, look_anew
from liveplatform.crypto import CannotOpen
from liveplatform.jsontext import dumps
from providers.base import PlansRooms
from providers.errors import ProviderError

MOST_METADATA = 64 * 1024  # bytes of JSON
# What the provider knows of a call; it is told within this time (s), or not at all.
PROVIDER_KNOWS = {"title", "scheduled_at"}
TELL_TIMEOUT = 2.0


class MetadataTooLarge(ValueError):
    """Merged, it would be more than MOST_METADATA."""


def change(call_id: UUID, *, account_id: UUID, by: str, wish: Mapping[str, Any]) -> Call:
    """Change the title, scheduled_at, metadata or time_limit of a video call; what `wish` lacks stays.

    `metadata` is merged (RFC 7396), a time_limit of None is the account's own. The provider is told of a
    new title or time, best effort. Raises CallNotFound, MetadataTooLarge, and WrongState: an ended call
    is not changed, nor the time of one that has begun.
    """
    with transaction.atomic():
        call = _locked(Call.objects.filter(channel=Call.Channel.VIDEO), call_id, account_id)
        must_not_end(call, "an ended call keeps its title, times and limit.")
        if "scheduled_at" in wish and call.status != Call.Status.SCHEDULED:
            raise WrongState("The call has begun; its scheduled_at is past.")
        changed = _write(call, by, acts.CHANGED, _in_full(call, wish))
        _mind_deadlines(call, changed)
    if changed & PROVIDER_KNOWS:
        _tell_provider(call, by)
    return call


def annotate(call_id: UUID, *, account_id: UUID, by: str, wish: Mapping[str, Any]) -> Call:
    """Put notes, a rating, feedback or metadata (merged as in `change`) on any call, over or not."""
    with transaction.atomic():
        call = _locked(Call.objects.all(), call_id, account_id)
        _write(call, by, acts.NOTED, _in_full(call, wish))
    return call


def merged(target: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """JSON Merge Patch, RFC 7396: objects are merged, null removes, anything else replaces."""
    result = dict(target)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            before = result.get(name)
            result[name] = merged(before if isinstance(before, dict) else {}, value)
        else:
            result[name] = value
    return result


def _locked(calls: Any, call_id: UUID, account_id: UUID) -> Call:  # noqa: ANN401 - a QuerySet of calls
    own = calls.filter(pk=call_id, account_id=account_id).select_related("connection")
    call: Call | None = own.select_for_update(of=("self",)).first()
    if call is None:
        raise CallNotFound(str(call_id))
    return call


def _in_full(call: Call, wish: Mapping[str, Any]) -> dict[str, Any]:
    """The wish with its defaults and merges carried out."""
    values = dict(wish)
    if "metadata" in values:
        values["metadata"] = merged(call.metadata, values["metadata"])
        if len(dumps(values["metadata"])) > MOST_METADATA:
            raise MetadataTooLarge(f"Merged, it would be more than {MOST_METADATA:,} bytes of JSON.")
    if "time_limit" in values and values["time_limit"] is None:
        values["time_limit"] = default_limit(call.account_id)
    return values


def _write(call: Call, by: str, what: str, values: Mapping[str, Any]) -> set[str]:
    """Write what differs, and who did it; the names of that."""
    changed = {name for name, value in values.items() if getattr(call, name) != value}
    if changed:
        for name in changed:
            setattr(call, name, values[name])
        call.updated_at = Now()
        call.save(update_fields=[*changed, "updated_at"])
        call.refresh_from_db(fields=["updated_at"])
        acts.note(call.pk, by, what, ", ".join(sorted(changed)))
    return changed


def _mind_deadlines(call: Call, changed: set[str]) -> None:
    if "time_limit" in changed:
        limit_call(call, call.time_limit)
    elif "scheduled_at" in changed:
        look_anew(call)


def _tell_provider(call: Call, by: str) -> None:
    """Participants see title and time there; that it could not be told is on the call's timeline."""
    if not call.provider_call_id:
        return
    shown = shown_to_participants(call.pk, call.title)
    try:
        rooms = adapter(call.connection, timeout=TELL_TIMEOUT)
        if isinstance(rooms, PlansRooms):
            rooms.change_room(
                call.stream_call_type, call.provider_call_id, starts_at=call.scheduled_at, custom=shown
            )
    except (ProviderError, CannotOpen) as error:
        acts.note(call.pk, by, acts.PROVIDER_NOT_TOLD, str(error))
