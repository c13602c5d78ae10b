"""Register a phone call that was made outside the platform: it gets a row, and nothing is dialled."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from calls.exceptions import CallStateError
from calls.lifecycle.register_past import PastCall, save_past_call
from calls.models import Call, PhoneNumber
from calls.monitoring.schedule import start_monitor
from calls.publish import CREATED, STARTED, publish
from calls.sql import lock_provider_call_id
from liveplatform.accounts.models import Account


@dataclass(frozen=True)
class ExternalCall:
    """The call as the client describes it; the names are Call's fields."""

    from_number: str
    to_number: str
    created_by: str = ""  # the actor ("key:…")
    provider_call_id: str = ""
    provider: str = ""
    direction: str = ""
    is_test: bool = False
    ai_agent_id: UUID | None = None
    campaign_id: UUID | None = None
    contact_id: UUID | None = None
    workspace: str = "default"
    notes: str = ""
    dynamic_variables: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    started_at: datetime | None = None
    answered_at: datetime | None = None


def register_external_call(account_id: UUID, external: ExternalCall, past: PastCall | None = None) -> Call:
    """Store the call: ended if `past` says how, live if it has a provider_call_id, otherwise scheduled.

    A call that is registered twice under one provider_call_id is one call. If it runs over a phone number of
    the account, it gets that number's connection and can be ended at its provider. Raises CallStateError if
    `past` is given for a call that is on record as live.
    """
    with transaction.atomic():
        number = _account_number(account_id, external)
        provider = external.provider or (number.connection.provider if number else "")
        existing = _existing_call(account_id, external.provider_call_id, provider)
        if existing is not None:
            return _same_call(existing, past)
        call = Call(account_id=account_id, channel=Call.Channel.PHONE, **vars(external))
        if number is not None and external.provider in ("", number.connection.provider):
            call.connection, call.provider = number.connection, number.connection.provider
        if past is not None:
            save_past_call(call, past)
        else:
            _save_open_call(call)
    return Call.objects.get(pk=call.pk)


def _same_call(existing: Call, past: PastCall | None) -> Call:
    if past is not None and not existing.is_over:
        text = f"This call is on record as {existing.status}, as {existing.pk}"
        raise CallStateError(f"{text}; end it with POST /calls/end, or leave ended_at out.")
    return existing


def _save_open_call(call: Call) -> None:
    events = [CREATED]
    if call.provider_call_id:
        call.status, call.started_at = Call.Status.LIVE, call.started_at or call.answered_at or timezone.now()
        call.provider_state = Call.ProviderState.LIVE
        events.append(STARTED)
    call.time_limit = Account.objects.values_list("call_time_limit", flat=True).get(pk=call.account_id)
    call.event_sequence = len(events)
    call.save(force_insert=True)
    publish(call, *events)
    start_monitor(call)


def _existing_call(account_id: UUID, provider_call_id: str, provider: str) -> Call | None:
    """The phone call that was registered earlier; concurrent requests for one id wait for each other.

    Video rooms, and calls at other providers, may have the same id.
    """
    if not provider_call_id:
        return None
    lock_provider_call_id(account_id, provider_call_id)
    calls = Call.objects.filter(account_id=account_id, provider_call_id=provider_call_id)
    calls = calls.filter(channel=Call.Channel.PHONE)
    return (calls.filter(provider__in=("", provider)) if provider else calls).first()


def _account_number(account_id: UUID, external: ExternalCall) -> PhoneNumber | None:
    numbers = PhoneNumber.objects.select_related("connection").filter(account_id=account_id)
    return numbers.filter(number__in=(external.from_number, external.to_number)).order_by("id").first()
