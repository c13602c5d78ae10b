"""Making a phone call. The row comes first, so that no paid call is without a record."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from calls import activity
from calls.adapters import adapter_for, default_room_connection
from calls.lifecycle.end import end
from calls.models import Call, PhoneNumber
from calls.models.call import DIALLING, SUBMISSION_UNKNOWN
from calls.models.end_code import EndCode
from calls.monitoring.schedule import reschedule, start_monitor
from calls.phone_numbers import InvalidPhoneNumber, e164
from calls.provider_events.callback_urls import callback_url
from liveplatform.accounts.models import Connection
from liveplatform.api import idempotency
from liveplatform.db.uuid7 import uuid7
from liveplatform.work.doorbell import ring
from providers.base import HasRooms, MakesCalls
from providers.errors import NotConfigured, ProviderError, UnknownOutcome

# The provider hangs up by itself so long (s) after the limit, should we not be there to do it.
PROVIDER_LIMIT_GRACE = 60


class DialError(ValueError):
    """The call was not made; the text says why and what to do."""


class ProviderRejectedCall(DialError):
    """The request was good, and the provider made no call of it; it may be tried again."""

    code = "provider_error"


class SubmissionUnknown(ProviderRejectedCall):
    """The provider did not say whether it made the call: to be asked about, never to be dialled again."""

    code = "submission_unknown"


@dataclass(frozen=True)
class DialRequest:
    """What a caller asks for."""

    from_number: str
    to_number: str
    ai_agent_id: UUID | None = None
    workspace: str = "default"
    dynamic_variables: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    twiml: str = ""
    url: str = ""
    echo_room: bool = False
    record: bool = False
    is_test: bool = True
    time_limit: int | None = None  # seconds; None: the account's default
    actor: str = ""  # whose request it is
    submission_key: str = ""  # the same request under the same key is the same call, whatever came of it


def dial(account_id: UUID, request: DialRequest) -> Call:
    """Make a phone call over the connection of the number it comes from.

    Raises CannotDial (bad number, no such number in the account, refused by the provider). When the
    provider's answer is lost the call stays on record as unconfirmed and is never dialled again: a Watch
    finds out whether it was made.
    """
    before = _existing_call(account_id, request.submission_key)
    if before is not None:
        return before
    number = _account_number(account_id, request.from_number)
    provider = _phone_provider(number.connection)
    to_number, extension = _parse_destination(request.to_number, number)
    rooms = _room_connection(account_id) if request.echo_room else None
    call = _save_call(account_id, number, to_number, extension, request)
    if rooms:
        _open_echo_room(call, rooms)
    return _submit(call, provider, request, extension)


def _existing_call(account_id: UUID, key: str) -> Call | None:
    """The call that this very request made when it was heard first, and its answer was lost on the way."""
    since = Now() - timedelta(hours=idempotency.RETENTION_HOURS)
    made = Call.objects.filter(account_id=account_id, submission_key=key, created_at__gte=since)
    # One that the provider refused was not made: the same request may be dialled once more.
    made = made.exclude(provider_call_id="", provider_status="failed")
    call = made.order_by("created_at").first() if key else None
    if call is not None and call.is_submission_unknown:
        raise SubmissionUnknown(_unconfirmed_message(call))
    return call


def _unconfirmed_message(call: Call) -> str:
    return f"The provider did not answer, so the call may have been made. It is on record as {call.pk}."


def _parse_destination(to: str, number: PhoneNumber) -> tuple[str, str]:
    try:
        return e164(to, number.country_code or None)
    except InvalidPhoneNumber as error:
        raise DialError(f"call_to: {error}") from error


def _account_number(account_id: UUID, written: str) -> PhoneNumber:
    try:
        wanted, _ = e164(written)
    except InvalidPhoneNumber as error:
        raise DialError(str(error)) from error
    numbers = PhoneNumber.objects.select_related("connection", "account")
    number = numbers.filter(account_id=account_id, number=wanted).first()
    if number is None:
        raise DialError("call_from is not a phone number of this account; connect it first.")
    return number


def _phone_provider(connection: Connection) -> MakesCalls:
    try:
        provider = adapter_for(connection)
    except NotConfigured as error:
        raise DialError(str(error)) from error
    if not isinstance(provider, MakesCalls):
        raise DialError(f"The connection of call_from ({connection.provider}) makes no phone calls.")
    return provider


def _save_call(
    account_id: UUID, number: PhoneNumber, to_number: str, extension: str, request: DialRequest
) -> Call:
    call = Call(
        id=uuid7(),
        account_id=account_id,
        channel=Call.Channel.PHONE,
        created_by=request.actor,
        status=Call.Status.SCHEDULED,
        connection=number.connection,
        provider=number.connection.provider,
        provider_status=DIALLING,
        from_number=number.number,
        to_number=to_number,
        extension=extension[:20],
        direction="outbound-api",
        is_test=request.is_test,
        ai_agent_id=request.ai_agent_id,
        workspace=request.workspace,
        dynamic_variables=request.dynamic_variables,
        metadata=request.metadata,
        time_limit=request.time_limit or number.account.call_time_limit,
        submission_key=request.submission_key,
    )
    with transaction.atomic():
        call.save(force_insert=True)
        start_monitor(call)
    return call


def _room_connection(account_id: UUID) -> Connection:
    connection = default_room_connection(account_id)
    if connection is None:
        raise DialError("echo_room needs a connection with rooms; connect one or leave echo_room out.")
    return connection


def _open_echo_room(call: Call, connection: Connection) -> None:
    """A room that exists for this call only: on record first, so that it is deleted whatever is answered."""
    call.room_connection, call.room_type, call.room_id = connection, "default", f"echo-{call.pk}"
    call.save(update_fields=["room_connection", "room_type", "room_id"])
    try:
        rooms = adapter_for(connection)
        if isinstance(rooms, HasRooms):
            rooms.open_room("default", f"echo-{call.pk}", created_by="liveplatform", custom={})
    except ProviderError as error:
        _record_failed(call, str(error), connection.provider)
        raise ProviderRejectedCall(f"The echo room could not be opened: {error}") from error


def _submit(call: Call, provider: MakesCalls, request: DialRequest, extension: str) -> Call:
    try:
        leg = provider.make_call(
            to=call.to_number,
            from_=call.from_number,
            url=request.url,
            twiml=request.twiml,
            send_digits=extension,
            time_limit=call.time_limit + PROVIDER_LIMIT_GRACE if call.time_limit else None,
            status_callback=callback_url(call),
            record=request.record,
        )
    except UnknownOutcome as error:
        if _record_unknown(call, str(error)):
            raise SubmissionUnknown(_unconfirmed_message(call)) from error
        call.refresh_from_db()  # its own events have told of the leg meanwhile
        return call
    except ProviderError as error:
        _record_failed(call, str(error), call.provider)
        raise ProviderRejectedCall(f"The provider did not make the call: {error}") from error
    _record_submitted(call, leg.id, leg.raw_status)
    call.refresh_from_db()
    return call


def _record_submitted(call: Call, provider_call_id: str, raw_status: str) -> None:
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
        if call.provider_call_id == provider_call_id:
            return  # its own events were faster than the answer, and have told everything
        call.provider_call_id = provider_call_id
        call.provider_state = Call.ProviderState.LIVE
        call.provider_status = raw_status
        if call.is_over:
            _terminate_late_leg(call)
        else:
            call.status = Call.Status.LIVE
            call.started_at = call.started_at or timezone.now()
        call.save()
        reschedule(call)


def _terminate_late_leg(call: Call) -> None:
    """An end that came while we dialled knew of no leg; now there is one, and it has to go."""
    call.steps.get(kind="terminate").retry()
    ring("steps")


def _record_unknown(call: Call, why: str) -> bool:
    unheard = Call.objects.filter(pk=call.pk, provider_call_id="")
    with transaction.atomic():
        activity.record(call.pk, f"provider:{call.provider}", activity.ANSWER_LOST, why)
        return bool(unheard.update(provider_status=SUBMISSION_UNKNOWN, updated_at=Now()))


def _record_failed(call: Call, why: str, provider: str) -> None:
    """A call that was not made is over; what follows an end follows here too."""
    Call.objects.filter(pk=call.pk).update(provider_status="failed")
    end(
        call.pk,
        account_id=call.account_id,
        reason=why[:500],
        code=EndCode.FAILED,
        actor=f"provider:{provider}",
    )
