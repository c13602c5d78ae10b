"""Resolve a dial request: its phone number, destination, adapter and helper room. Writes nothing."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from calls.adapters import adapter_for, default_room_connection
from calls.exceptions import DialError, ProviderRejectedCall
from calls.models import PhoneNumber
from calls.phone_numbers import InvalidPhoneNumber, e164
from liveplatform.accounts.models import Connection
from providers.base import HasRooms, MakesCalls
from providers.errors import NotConfigured, ProviderError


@dataclass(frozen=True)
class DialRequest:
    """The parameters of an outbound call."""

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
    is_test: bool = False
    time_limit: int | None = None  # seconds; None: the account's default
    machine_detection: str = ""  # one of Call.machine_detection's choices; empty: none
    on_machine: str = ""
    actor: str = ""  # who dials ("key:…")
    submission_key: str = ""  # requests with the same key are one call


@dataclass(frozen=True)
class DialPlan:
    """A request with everything that it names resolved; placing the call needs no further look-up."""

    request: DialRequest
    number: PhoneNumber
    provider: MakesCalls
    to_number: str  # E.164
    extension: str  # dialled as digits after the answer
    room_connection: Connection | None = None
    rooms: HasRooms | None = None


def resolve(account_id: UUID, request: DialRequest) -> DialPlan:
    """Look up and check everything the request names; raises DialError or ProviderRejectedCall."""
    number = _account_number(account_id, request.from_number)
    provider = _phone_adapter(number.connection)
    to_number, extension = _parse_destination(request.to_number, number)
    connection = _room_connection(account_id) if request.echo_room else None
    rooms = _room_adapter(connection) if connection else None
    return DialPlan(request, number, provider, to_number, extension, connection, rooms)


def _account_number(account_id: UUID, text: str) -> PhoneNumber:
    try:
        from_number, _ = e164(text)
    except InvalidPhoneNumber as error:
        raise DialError(str(error)) from error
    numbers = PhoneNumber.objects.select_related("connection", "account")
    number = numbers.filter(account_id=account_id, number=from_number).first()
    if number is None:
        raise DialError("call_from is not a phone number of this account; connect it first.")
    return number


def _phone_adapter(connection: Connection) -> MakesCalls:
    try:
        provider = adapter_for(connection)
    except NotConfigured as error:
        raise DialError(str(error)) from error
    if not isinstance(provider, MakesCalls):
        raise DialError(f"The connection of call_from ({connection.provider}) makes no phone calls.")
    return provider


def _parse_destination(text: str, number: PhoneNumber) -> tuple[str, str]:
    try:
        return e164(text, number.country_code or None)
    except InvalidPhoneNumber as error:
        raise DialError(f"call_to: {error}") from error


def _room_connection(account_id: UUID) -> Connection:
    connection = default_room_connection(account_id)
    if connection is None:
        raise DialError("echo_room needs a connection with rooms; connect one or leave echo_room out.")
    return connection


def _room_adapter(connection: Connection) -> HasRooms | None:
    try:
        rooms = adapter_for(connection)
    except ProviderError as error:
        raise ProviderRejectedCall(f"The echo room could not be opened: {error}") from error
    return rooms if isinstance(rooms, HasRooms) else None
