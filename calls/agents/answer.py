"""What the provider of a call reads at its signed address when the call is answered."""

from uuid import UUID

import structlog

from calls.adapters import adapter_for
from calls.agents.instructions import AnsweredCall, agent_document, stream_seconds
from calls.exceptions import NoInstructions
from calls.models import Agent, Call
from providers.answers import HANG_UP
from providers.errors import ProviderError

log = structlog.get_logger(__name__)


def document_of(call_id: UUID) -> str:
    """The call's document; one that hangs up if it is over, or its agent cannot answer any more."""
    call = Call.objects.select_related("account", "connection").filter(pk=call_id).first()
    if call is None or call.is_over or call.ai_agent_id is None:
        return HANG_UP
    structlog.contextvars.bind_contextvars(account=call.account_id.hex)
    agent = Agent.objects.filter(account_id=call.account_id, pk=call.ai_agent_id, is_active=True).first()
    if agent is None:
        log.warning("agent_gone", call_id=str(call.pk), agent_id=str(call.ai_agent_id))
        return HANG_UP
    try:
        seconds = stream_seconds(call.account, call.time_limit)
        answered = AnsweredCall(call.pk, call.dynamic_variables, seconds)
        return agent_document(agent, answered, adapter_for(call.connection))
    except (NoInstructions, ProviderError) as error:
        log.warning("agent_cannot_answer", call_id=str(call.pk), agent_id=str(agent.pk), why=str(error))
        return HANG_UP
