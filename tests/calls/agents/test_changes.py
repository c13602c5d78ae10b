"""Agents are created and changed; names are unique in an account, and agents are counted."""

import pytest

from calls.agents import changes
from calls.agents.changes import AgentConflict, create_agent, update_agent
from calls.models import Agent
from liveplatform.accounts.models import Account
from tests.support.concurrency import at_once

TWIML = "<Response/>"


def add(account, name="Reception", **values):
    return create_agent(account.pk, {"name": name, "twiml": TWIML} | values, actor="key:1")


def test_an_agent_has_defaults(account):
    agent = add(account)
    assert (agent.codec, agent.parameters, agent.is_active) == ("audio/x-mulaw;rate=8000", {}, True)
    assert (agent.workspace, agent.created_by) == ("default", "key:1")
    assert agent.created_at


def test_a_name_is_unique_in_its_account_whatever_its_case(account):
    add(account)
    with pytest.raises(AgentConflict, match="of this name"):
        add(account, "RECEPTION")
    other = Account.objects.create(name="other")
    update_agent(add(other), {"is_active": False})
    second = add(account, "Second")
    with pytest.raises(AgentConflict, match="of this name"):
        update_agent(second, {"name": "reception"})


def test_agents_are_limited(account, monkeypatch):
    monkeypatch.setattr(changes, "MAX_AGENTS", 1)
    add(account)
    with pytest.raises(AgentConflict, match="has 1 agents"):
        add(account, "Second")


def test_a_change_moves_its_time(account):
    agent = add(account)
    before = agent.updated_at
    update_agent(agent, {"twiml": "", "websocket_url": "wss://bot.example.com/"})
    assert agent.updated_at > before
    assert Agent.objects.get().websocket_url == "wss://bot.example.com/"


@pytest.mark.django_db(transaction=True)
def test_of_two_of_a_name_at_once_one_is_made(account):
    def attempt(number: int) -> bool:
        try:
            add(account, "Reception" if number % 2 else "RECEPTION")
        except AgentConflict:
            return False
        return True

    assert sorted(at_once(4, attempt)) == [False, False, False, True]
    assert Agent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_agents_made_at_once_stay_within_the_limit(account, monkeypatch):
    monkeypatch.setattr(changes, "MAX_AGENTS", 2)

    def attempt(number: int) -> bool:
        try:
            add(account, f"agent {number}")
        except AgentConflict:
            return False
        return True

    assert sorted(at_once(4, attempt)) == [False, False, True, True]
