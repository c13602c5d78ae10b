"""Resolve a dial request: its phone number, destination, adapter and agent. Writes nothing."""

from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from calls.adapters import adapter_for
from calls.agents.instructions import (
    AnsweredCall,
    Instructions,
    agent_instructions,
    stream_seconds,
    twiml_is_taken,
)
from calls.exceptions import DialError, NoInstructions
from calls.models import Agent, PhoneNumber
from calls.phone_numbers import InvalidPhoneNumber, e164
from liveplatform.accounts.models import Connection
from liveplatform.db.uuid7 import uuid7
from providers.base import MakesCalls
from providers.errors import NotConfigured

NOTHING_SAID = (
    "Say what the answered call hears: `ai_agent_id`, an agent of this account; `url`, an address that "
    "answers TwiML; or `twiml`, for example <Response><Say>Hello.</Say></Response>."
)


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
    url_method: Literal["POST", "GET"] = "POST"
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

    call_id: UUID  # of the row to be
    request: DialRequest
    number: PhoneNumber
    instructions: Instructions  # what the answered call hears
    provider: MakesCalls
    to_number: str  # E.164
    extension: str  # dialled as digits after the answer


def resolve(account_id: UUID, request: DialRequest) -> DialPlan:
    """Look up and check everything the request names; raises DialError."""
    number = _account_number(account_id, request.from_number)
    provider = _phone_adapter(number.connection)
    to_number, extension = _parse_destination(request.to_number, number)
    call_id = uuid7()
    instructions = _instructions(call_id, request, number, provider)
    return DialPlan(call_id, request, number, instructions, provider, to_number, extension)


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


def _instructions(
    call_id: UUID, request: DialRequest, number: PhoneNumber, provider: MakesCalls
) -> Instructions:
    """The request's own `url` or `twiml`, beside which `ai_agent_id` is a label; else its agent's."""
    if request.twiml.strip() and not twiml_is_taken(provider):
        raise NoInstructions(
            f"{provider.provider} speaks no TwiML. Give `url`, an address that answers its XML, or the "
            "`ai_agent_id` of an agent with a WebSocket."
        )
    if request.url or request.twiml.strip():
        return Instructions(request.url, request.twiml)
    agent = _agent(number.account_id, request.ai_agent_id)
    seconds = stream_seconds(number.account, request.time_limit or number.account.call_time_limit)
    call = AnsweredCall(call_id, request.dynamic_variables, seconds)
    return agent_instructions(agent, call, provider, number.connection)


def _agent(account_id: UUID, agent_id: UUID | None) -> Agent:
    if agent_id is None:
        raise NoInstructions(NOTHING_SAID)
    agent = Agent.objects.filter(account_id=account_id, pk=agent_id).first()
    if agent is None:
        raise NoInstructions(
            "ai_agent_id names no agent of this account, so whoever answers would hear nothing. Create it "
            "(POST /v1/agents), or give `url` or `twiml`; the id is then kept as a label."
        )
    if not agent.is_active:
        raise NoInstructions(
            f"The agent {agent.name} is inactive. Activate it (PATCH /v1/agents/{agent.pk}), or name another."
        )
    return agent
