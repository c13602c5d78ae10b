"""What a provider reads when a call is answered: its agent as it is then, or a hang-up."""

import pytest

from calls.agents.answer import document_of
from calls.lifecycle.end import end
from calls.models import Agent
from liveplatform.accounts.models import Account
from liveplatform.db.uuid7 import uuid7
from providers.answers import HANG_UP
from tests.support.factories import phone_call

TWIML = "<Response><Say>Hello {{name}}</Say></Response>"


@pytest.fixture
def agent(account):
    return Agent.objects.create(account=account, name="A", twiml=TWIML)


@pytest.fixture
def call(account, agent):
    return phone_call(account, ai_agent_id=agent.pk, dynamic_variables={"name": "Ann"})


def test_a_calls_document_has_its_variables(call, agent):
    assert document_of(call.pk) == "<Response><Say>Hello Ann</Say></Response>"
    agent.twiml = "<Response><Say>Bye</Say></Response>"
    agent.save()
    assert document_of(call.pk) == agent.twiml


@pytest.mark.parametrize("gone", ["deleted", "inactive", "theirs", "incomplete", "over", "no connection"])
def test_a_call_that_nobody_can_answer_is_hung_up(call, agent, account, gone):
    match gone:
        case "deleted":
            agent.delete()
        case "inactive":
            Agent.objects.update(is_active=False)
        case "theirs":
            Agent.objects.update(account=Account.objects.create(name="other"))
        case "incomplete":
            Agent.objects.update(twiml="<Response><Say>{{another}}</Say></Response>")
        case "over":
            end(call.pk, account_id=account.pk, actor="test")
        case "no connection":
            type(call).objects.update(connection=None)
    assert document_of(call.pk) == HANG_UP


@pytest.mark.django_db
def test_a_call_that_is_none_is_hung_up():
    assert document_of(uuid7()) == HANG_UP
