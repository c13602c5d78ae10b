"""What a call is answered with: an agent, as what its provider is given and as a document."""

from dataclasses import dataclass
from uuid import UUID

from calls.agents.addresses import answer_address
from calls.agents.twiml import complaint, filled, names_in
from calls.exceptions import NoInstructions
from calls.models.agent import Agent
from calls.provider_events.callback_urls import is_reachable
from liveplatform.accounts.models import Account, Connection
from providers.answers import MAX_URL_LENGTH, AnswersWithStream, StreamAnswer, with_query
from providers.base import Adapter
from providers.streams import Encoding

# The variable that every agent gets besides those of the call.
CALL_ID = "call_id"


@dataclass(frozen=True)
class AnsweredCall:
    """The call that an agent answers, as far as its document depends on it."""

    id: UUID
    variables: dict[str, str]
    max_seconds: int


@dataclass(frozen=True)
class Instructions:
    """What a provider is given with a call: an address, or TwiML."""

    url: str = ""
    twiml: str = ""


def agent_instructions(
    agent: Agent, call: AnsweredCall, provider: Adapter, connection: Connection
) -> Instructions:
    """How this provider is told to answer a call with an agent. Raises NoInstructions with the reason.

    TwiML is given along with the call where the provider takes it and it fits; else a signed address of ours,
    which the provider reads when the call is answered.
    """
    if agent.answer_url:
        return Instructions(url=_answer_url(agent, call))
    document = agent_document(agent, call, provider)
    if len(document) <= _inline_limit(provider):
        return Instructions(twiml=document)
    if not is_reachable(connection):
        raise NoInstructions(
            f"{connection.provider} reads what an answered call does at an address of this platform, and "
            "PUBLIC_URL is one that it cannot reach. Give `url`, or have PUBLIC_URL set to a public address."
        )
    return Instructions(url=answer_address(call.id))


def agent_document(agent: Agent, call: AnsweredCall, provider: Adapter) -> str:
    """The XML that this provider carries out when the call is answered. Raises NoInstructions."""
    if agent.websocket_url:
        return _stream_document(agent, call, provider)
    if not _inline_limit(provider):
        raise NoInstructions(
            f"{provider.provider} speaks no TwiML, so it cannot answer with the agent {agent.name}. Use an "
            "agent with a WebSocket or an answer_url."
        )
    values = _values(agent, call)
    if missing := [name for name in names_in(agent.twiml) if name not in values]:
        raise NoInstructions(
            f"The agent {agent.name} needs these dynamic_variables: {', '.join(missing)[:300]}."
        )
    document = filled(agent.twiml, values)
    if wrong := complaint(document):
        raise NoInstructions(f"With these dynamic_variables the agent's TwiML is broken: {wrong}")
    return document


def twiml_is_taken(provider: Adapter) -> bool:
    """Whether calls can be made with TwiML over this provider."""
    return _inline_limit(provider) > 0


def stream_seconds(account: Account, time_limit: int | None) -> int:
    """Seconds after which the provider ends an agent's stream: the shorter limit of stream and call."""
    return min(time_limit or account.stream_time_limit, account.stream_time_limit)


def _stream_document(agent: Agent, call: AnsweredCall, provider: Adapter) -> str:
    if not isinstance(provider, AnswersWithStream):
        raise NoInstructions(f"{provider.provider} cannot connect a call to a WebSocket.")
    encoding, rate = _codec(agent)
    answer = StreamAnswer(
        service_url=agent.websocket_url,
        name=f"agent-{call.id.hex}",
        encoding=encoding,
        sample_rate=rate,
        max_seconds=call.max_seconds,
        parameters=_values(agent, call),
    )
    if wrong := provider.stream_complaint(answer):
        raise NoInstructions(wrong)
    return provider.stream_document(answer)


def _answer_url(agent: Agent, call: AnsweredCall) -> str:
    url = with_query(agent.answer_url, _values(agent, call))
    if len(url) > MAX_URL_LENGTH:
        raise NoInstructions(
            f"The agent's answer_url with these dynamic_variables is longer than {MAX_URL_LENGTH} characters."
        )
    return url


def _values(agent: Agent, call: AnsweredCall) -> dict[str, str]:
    """The agent's parameters, the call's variables, which win, and the call's id."""
    return {**agent.parameters, **call.variables, CALL_ID: str(call.id)}


def _codec(agent: Agent) -> tuple[Encoding, int]:
    kind, _, rate = agent.codec.partition(";rate=")
    return ("x-l16" if kind == "audio/x-l16" else "x-mulaw"), int(rate)


def _inline_limit(provider: Adapter) -> int:
    return provider.inline_limit if isinstance(provider, AnswersWithStream) else 0
