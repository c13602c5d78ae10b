"""Create and change agents, as their owners ask."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from calls.models.agent import Agent
from liveplatform.accounts.models import Account

MAX_AGENTS = 500  # of an account


class AgentConflict(Exception):
    """The account has MAX_AGENTS agents, or another agent of this name; the text says which."""


def create_agent(account_id: UUID, values: Mapping[str, Any], *, actor: str) -> Agent:
    """A new agent; the account's row is locked while its agents are counted. Raises AgentConflict."""
    agent = Agent(account_id=account_id, created_by=actor[:80], **values)
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account_id)
        if Agent.objects.filter(account_id=account_id).count() >= MAX_AGENTS:
            raise AgentConflict(f"The account has {MAX_AGENTS} agents; delete one first.")
        _save(agent)
    return agent


def update_agent(agent: Agent, changes: Mapping[str, Any]) -> None:
    """Change a locked agent; calls that are still ringing may be answered by it. Raises AgentConflict."""
    for name, value in changes.items():
        setattr(agent, name, value)
    if changes:
        _save(agent, [*changes, "updated_at"])


def _save(agent: Agent, fields: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            agent.save(update_fields=fields)
    except IntegrityError as error:
        raise AgentConflict("The account has an agent of this name already.") from error
    agent.refresh_from_db()
