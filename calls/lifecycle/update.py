"""Update a call: its host changes a video call (live-calls surface), or a user annotates any call."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from calls import activity
from calls.adapters import adapter_for
from calls.exceptions import CallNotFound, CallStateError, MetadataTooLarge
from calls.lifecycle.create_video import default_time_limit, provider_room_data
from calls.models import Call
from calls.monitoring.deadlines import provider_limit
from calls.monitoring.schedule import reschedule, set_time_limit
from calls.publish import publish_update
from liveplatform.accounts.provider_waits import waiting_for
from liveplatform.crypto import DecryptionFailed
from liveplatform.json_codec import dumps
from providers.base import PlansRooms
from providers.errors import ProviderError

MAX_METADATA_BYTES = 64 * 1024  # as JSON
# Fields that the provider's room has too; updating it is best effort, with this timeout (s).
PROVIDER_FIELDS = {"title", "scheduled_at", "time_limit"}
PROVIDER_UPDATE_TIMEOUT = 2.0


def update_call(call_id: UUID, *, account_id: UUID, actor: str, changes: Mapping[str, Any]) -> Call:
    """Change the title, scheduled_at, metadata or time_limit of a video call; absent fields stay.

    `metadata` is merged (RFC 7396); a time_limit of None resets it to the account's default. The provider is
    sent a new title or time, best effort. Raises CallNotFound, MetadataTooLarge, and CallStateError if the
    call has ended, or for the time of a call that has begun.
    """
    with transaction.atomic():
        call = _lock_call(Call.objects.filter(channel=Call.Channel.VIDEO), call_id, account_id)
        call.require_open("an ended call keeps its title, times and limit.")
        if "scheduled_at" in changes and call.status != Call.Status.SCHEDULED:
            raise CallStateError("The call has begun; its scheduled_at is past.")
        changed = _save_changes(call, actor, activity.CHANGED, _resolve_values(call, changes))
        _reschedule_deadlines(call, changed)
    if changed & PROVIDER_FIELDS:
        _update_provider_room(call, actor, changed)
    return call


def annotate_call(call_id: UUID, *, account_id: UUID, actor: str, changes: Mapping[str, Any]) -> Call:
    """Set notes, rating, feedback or metadata (merged as in `update_call`) of any call, live or ended."""
    with transaction.atomic():
        call = _lock_call(Call.objects.all(), call_id, account_id)
        _save_changes(call, actor, activity.ANNOTATED, _resolve_values(call, changes))
    return call


def merge_patch(target: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """JSON Merge Patch, RFC 7396: objects are merged, null removes a member, other values replace it."""
    result = dict(target)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            before = result.get(name)
            result[name] = merge_patch(before if isinstance(before, dict) else {}, value)
        else:
            result[name] = value
    return result


def _lock_call(calls: QuerySet[Call], call_id: UUID, account_id: UUID) -> Call:
    own = calls.filter(pk=call_id, account_id=account_id).select_related("connection")
    call = own.select_for_update(of=("self",), no_key=True).first()
    if call is None:
        raise CallNotFound(str(call_id))
    return call


def _resolve_values(call: Call, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The new values: metadata merged, an empty time_limit replaced by the account's default."""
    values = dict(changes)
    if "metadata" in values:
        values["metadata"] = merge_patch(call.metadata, values["metadata"])
        if len(dumps(values["metadata"])) > MAX_METADATA_BYTES:
            raise MetadataTooLarge(f"Merged, it would be more than {MAX_METADATA_BYTES:,} bytes of JSON.")
    if "time_limit" in values and values["time_limit"] is None:
        values["time_limit"] = default_time_limit(call.account_id)
    return values


def _save_changes(call: Call, actor: str, verb: str, values: Mapping[str, Any]) -> set[str]:
    """Save the values that differ, with an activity entry; returns their names."""
    changed = {name for name, value in values.items() if getattr(call, name) != value}
    if changed:
        for name in changed:
            setattr(call, name, values[name])
        call.event_sequence += 1
        call.save(update_fields=[*changed, "event_sequence"])
        activity.record(call.pk, actor, verb, ", ".join(sorted(changed)))
        call.refresh_from_db(fields=["updated_at"])
        publish_update(call, changed)
    return changed


def _reschedule_deadlines(call: Call, changed: set[str]) -> None:
    if "time_limit" in changed:
        set_time_limit(call, call.time_limit)
    elif "scheduled_at" in changed:
        reschedule(call)


def _update_provider_room(call: Call, actor: str, changed: set[str]) -> None:
    """Send title and time to the provider, where participants see them; a failure goes to the timeline."""
    if not call.provider_call_id:
        return
    custom = provider_room_data(call.pk, call.title)
    try:
        rooms = adapter_for(call.connection, timeout=PROVIDER_UPDATE_TIMEOUT)
        if isinstance(rooms, PlansRooms):
            with waiting_for(call.connection):
                rooms.change_room(
                    call.stream_call_type,
                    call.provider_call_id,
                    starts_at=call.scheduled_at,
                    custom=custom,
                    max_seconds=_changed_limit(call, changed),
                )
    except (ProviderError, DecryptionFailed) as error:
        activity.record(call.pk, actor, activity.PROVIDER_UPDATE_FAILED, str(error))


def _changed_limit(call: Call, changed: set[str]) -> int | None:
    """The provider's own limit (s; 0: none); None if it stays: it depends on both of these."""
    if "time_limit" in changed or ("scheduled_at" in changed and call.time_limit):
        return provider_limit(call) or 0
    return None
