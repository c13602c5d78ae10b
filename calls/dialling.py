"""Making a phone call. The row comes first, so that no paid call is without a record."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import phonenumbers
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from calls import acts
from calls.connecting import adapter, with_rooms
from calls.end import end
from calls.end_codes import EndCode
from calls.incoming.addresses import callback
from calls.models import Call, PhoneNumber
from calls.models.call import DIALLING, SUBMISSION_UNKNOWN
from calls.watching.starting import look_anew, watch
from liveplatform.accounts.models import Connection
from liveplatform.api import idempotency
from liveplatform.work.bell import ring
from liveplatform.work.models import uuid7
from providers.base import HasRooms, MakesCalls
from providers.errors import NotConfigured, ProviderError, UnknownOutcome

# The provider hangs up by itself so long (s) after the limit, should we not be there to do it.
LEEWAY = 60


class CannotDial(ValueError):
    """The call was not made; the text says why and what to do."""


class ProviderMadeNone(CannotDial):
    """The wish was good, and the provider made no call of it; it may be tried again."""

    code = "provider_error"


class SubmissionUnknown(ProviderMadeNone):
    """The provider did not say whether it made the call: to be asked about, never to be dialled again."""

    code = "submission_unknown"


@dataclass(frozen=True)
class Dial:
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
    by: str = ""  # whose wish it is
    submission_key: str = ""  # the same wish under the same key is the same call, whatever came of it


def e164(number: str, region: str | None = None) -> tuple[str, str]:
    """A number in E.164 and its extension ("" if none); national forms are read as of the region.

    Raises CannotDial with what is wrong.
    """
    try:
        parsed = phonenumbers.parse(number, region or settings.PHONE_REGION)
    except phonenumbers.NumberParseException as error:
        raise CannotDial(
            "Write the number in E.164 (+14155550100) or in the national form of call_from."
        ) from error
    # A number without its area code is possible too, but only within that area.
    if phonenumbers.is_possible_number_with_reason(parsed) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise CannotDial("This is not a possible phone number; check its length and country code.")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164), parsed.extension or ""


def dial(account_id: UUID, wish: Dial) -> Call:
    """Make a phone call over the connection of the number it comes from.

    Raises CannotDial (bad number, no such number in the account, refused by the provider). When the
    provider's answer is lost the call stays on record as unconfirmed and is never dialled again: a Watch
    finds out whether it was made.
    """
    before = _made_before(account_id, wish.submission_key)
    if before is not None:
        return before
    number = _own_number(account_id, wish.from_number)
    provider = _phone_provider(number.connection)
    to_number, extension = _written(wish.to_number, number)
    rooms = _with_rooms(account_id) if wish.echo_room else None
    call = _record(account_id, number, to_number, extension, wish)
    if rooms:
        _open_echo_room(call, rooms)
    return _place(call, provider, wish, extension)


def _made_before(account_id: UUID, key: str) -> Call | None:
    """The call that this very wish made when it was heard first, and its answer was lost on the way."""
    since = Now() - timedelta(hours=idempotency.KEEP)
    made = Call.objects.filter(account_id=account_id, submission_key=key, created_at__gte=since)
    # One that the provider refused was not made: the same wish may be dialled once more.
    made = made.exclude(provider_call_id="", provider_status="failed")
    call = made.order_by("created_at").first() if key else None
    if call is not None and call.may_run_unseen:
        raise SubmissionUnknown(_unconfirmed(call))
    return call


def _unconfirmed(call: Call) -> str:
    return f"The provider did not answer, so the call may have been made. It is on record as {call.pk}."


def _written(to: str, number: PhoneNumber) -> tuple[str, str]:
    try:
        return e164(to, number.country_code or None)
    except CannotDial as error:
        raise CannotDial(f"call_to: {error}") from error


def _own_number(account_id: UUID, written: str) -> PhoneNumber:
    wanted, _ = e164(written)
    numbers = PhoneNumber.objects.select_related("connection", "account")
    number = numbers.filter(account_id=account_id, number=wanted).first()
    if number is None:
        raise CannotDial("call_from is not a phone number of this account; connect it first.")
    return number


def _phone_provider(connection: Connection) -> MakesCalls:
    try:
        provider = adapter(connection)
    except NotConfigured as error:
        raise CannotDial(str(error)) from error
    if not isinstance(provider, MakesCalls):
        raise CannotDial(f"The connection of call_from ({connection.provider}) makes no phone calls.")
    return provider


def _record(account_id: UUID, number: PhoneNumber, to_number: str, extension: str, wish: Dial) -> Call:
    call = Call(
        id=uuid7(),
        account_id=account_id,
        channel=Call.Channel.PHONE,
        created_by=wish.by,
        status=Call.Status.SCHEDULED,
        connection=number.connection,
        provider=number.connection.provider,
        provider_status=DIALLING,
        from_number=number.number,
        to_number=to_number,
        extension=extension[:20],
        direction="outbound-api",
        is_test=wish.is_test,
        ai_agent_id=wish.ai_agent_id,
        workspace=wish.workspace,
        dynamic_variables=wish.dynamic_variables,
        metadata=wish.metadata,
        time_limit=wish.time_limit or number.account.call_time_limit,
        submission_key=wish.submission_key,
    )
    with transaction.atomic():
        call.save(force_insert=True)
        watch(call)
    return call


def _with_rooms(account_id: UUID) -> Connection:
    connection = with_rooms(account_id)
    if connection is None:
        raise CannotDial("echo_room needs a connection with rooms; connect one or leave echo_room out.")
    return connection


def _open_echo_room(call: Call, connection: Connection) -> None:
    """A room that exists for this call only: on record first, so that it is deleted whatever is answered."""
    call.room_connection, call.room_type, call.room_id = connection, "default", f"echo-{call.pk}"
    call.save(update_fields=["room_connection", "room_type", "room_id"])
    try:
        rooms = adapter(connection)
        if isinstance(rooms, HasRooms):
            rooms.open_room("default", f"echo-{call.pk}", created_by="liveplatform", custom={})
    except ProviderError as error:
        _fail(call, str(error), connection.provider)
        raise ProviderMadeNone(f"The echo room could not be opened: {error}") from error


def _place(call: Call, provider: MakesCalls, wish: Dial, extension: str) -> Call:
    try:
        leg = provider.make_call(
            to=call.to_number,
            from_=call.from_number,
            url=wish.url,
            twiml=wish.twiml,
            send_digits=extension,
            time_limit=call.time_limit + LEEWAY if call.time_limit else None,
            status_callback=callback(call),
            record=wish.record,
        )
    except UnknownOutcome as error:
        if _note_unknown(call, str(error)):
            raise SubmissionUnknown(_unconfirmed(call)) from error
        call.refresh_from_db()  # its own events have told of the leg meanwhile
        return call
    except ProviderError as error:
        _fail(call, str(error), call.provider)
        raise ProviderMadeNone(f"The provider did not make the call: {error}") from error
    _note_placed(call, leg.id, leg.raw_status)
    call.refresh_from_db()
    return call


def _note_placed(call: Call, provider_call_id: str, raw_status: str) -> None:
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
        if call.provider_call_id == provider_call_id:
            return  # its own events were faster than the answer, and have told everything
        call.provider_call_id = provider_call_id
        call.provider_state = Call.ProviderState.LIVE
        call.provider_status = raw_status
        if call.is_over:
            _hang_up_after_all(call)
        else:
            call.status = Call.Status.LIVE
            call.started_at = call.started_at or timezone.now()
        call.save()
        look_anew(call)


def _hang_up_after_all(call: Call) -> None:
    """An end that came while we dialled knew of no leg; now there is one, and it has to go."""
    call.steps.get(kind="terminate").retry()
    ring("steps")


def _note_unknown(call: Call, why: str) -> bool:
    unheard = Call.objects.filter(pk=call.pk, provider_call_id="")
    with transaction.atomic():
        acts.note(call.pk, f"provider:{call.provider}", acts.ANSWER_LOST, why)
        return bool(unheard.update(provider_status=SUBMISSION_UNKNOWN, updated_at=Now()))


def _fail(call: Call, why: str, provider: str) -> None:
    """A call that was not made is over; what follows an end follows here too."""
    Call.objects.filter(pk=call.pk).update(provider_status="failed")
    end(
        call.pk,
        account_id=call.account_id,
        reason=why[:500],
        code=EndCode.FAILED,
        by=f"provider:{provider}",
    )
