"""Taking down a call that somebody else made: it is on record, nothing is dialled."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from calls.models import Call, PhoneNumber
from calls.monitoring.schedule import start_monitor
from liveplatform.accounts.models import Account

ADVISORY_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


@dataclass(frozen=True)
class ExternalCall:
    """What is told of the call."""

    from_number: str
    to_number: str
    created_by: str = ""  # who tells
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


def register_external_call(account_id: UUID, told: ExternalCall) -> Call:
    """Put the call on record. A call that has a `provider_call_id` is live, and the same one told twice is
    one call; one that has none is scheduled.

    Over a phone number of the account the call can be ended at its provider too.
    """
    with transaction.atomic():
        number = _account_number(account_id, told)
        provider = told.provider or (number.connection.provider if number else "")
        known = _existing_call(account_id, told.provider_call_id, provider)
        if known is not None:
            return known
        call = Call(account_id=account_id, channel=Call.Channel.PHONE, **vars(told))
        if told.provider_call_id:
            call.status, call.started_at = Call.Status.LIVE, timezone.now()
        if number is not None and told.provider in ("", number.connection.provider):
            call.connection, call.provider = number.connection, number.connection.provider
        call.time_limit = Account.objects.values_list("call_time_limit", flat=True).get(pk=account_id)
        call.save(force_insert=True)
        start_monitor(call)
    return Call.objects.get(pk=call.pk)


def _existing_call(account_id: UUID, provider_call_id: str, provider: str) -> Call | None:
    """The phone call that was told before; whoever tells of it at the same moment waits for the other.

    A room may have the same id, and so may a call at another provider.
    """
    if not provider_call_id:
        return None
    with connection.cursor() as cursor:
        cursor.execute(ADVISORY_LOCK, [f"{account_id} {provider_call_id}"])
    told = Call.objects.filter(account_id=account_id, provider_call_id=provider_call_id)
    told = told.filter(channel=Call.Channel.PHONE)
    return (told.filter(provider__in=("", provider)) if provider else told).first()


def _account_number(account_id: UUID, told: ExternalCall) -> PhoneNumber | None:
    numbers = PhoneNumber.objects.select_related("connection").filter(account_id=account_id)
    return numbers.filter(number__in=(told.from_number, told.to_number)).order_by("id").first()
