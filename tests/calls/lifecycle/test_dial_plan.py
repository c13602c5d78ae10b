"""Resolving a dial request, before anything is written."""

import pytest

from calls.agents.instructions import Instructions
from calls.exceptions import DialError, NoInstructions
from calls.lifecycle.dial_plan import DialRequest, resolve
from calls.models import Agent
from liveplatform.accounts.models import Account
from liveplatform.db.uuid7 import uuid7
from tests.support.factories import NUMBER, TWIML

TO = "+14155550144"


def request(to=TO, **fields) -> DialRequest:
    return DialRequest(from_number=NUMBER, to_number=to, **({"twiml": TWIML} | fields))


def test_a_plan_has_the_number_its_connection_and_the_destination(account, line):
    plan = resolve(account.pk, request("(415) 555-0144 ext. 77"))
    assert (plan.number.number, plan.number.connection) == (NUMBER, line.phone)
    assert (plan.to_number, plan.extension) == (TO, "77")
    assert plan.instructions == Instructions(twiml=TWIML)


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (DialRequest("+14155550199", TO), "not a phone number of this account"),
        (DialRequest("soon", TO), "E.164"),
        (DialRequest(NUMBER, "soon"), "call_to: "),
    ],
)
def test_what_cannot_be_dialled_is_refused(account, line, wrong, text):
    with pytest.raises(DialError, match=text):
        resolve(account.pk, wrong)


def test_a_number_over_a_connection_without_phone_calls_is_refused(account, line):
    account.phone_numbers.update(connection=line.video)
    with pytest.raises(DialError, match="makes no phone calls"):
        resolve(account.pk, request())


def test_a_request_that_says_nothing_is_refused(account, line):
    for nothing in ({"twiml": ""}, {"twiml": " \n"}):
        with pytest.raises(NoInstructions, match="`ai_agent_id`"):
            resolve(account.pk, request(**nothing))


@pytest.mark.parametrize(
    ("agent", "text"),
    [
        (None, "names no agent of this account"),
        ({"is_active": False}, "inactive"),
        ({"twiml": "<Response>{{x}}</Response>"}, "dynamic_variables: x"),
    ],
)
def test_an_agent_that_cannot_answer_is_refused(account, line, agent, text):
    named = uuid7()
    if agent is not None:
        Agent.objects.create(pk=named, account=account, name="A", **({"twiml": TWIML} | agent))
    with pytest.raises(NoInstructions, match=text):
        resolve(account.pk, request(twiml="", ai_agent_id=named))


def test_another_accounts_agent_is_none(account, line):
    other = Agent.objects.create(account=Account.objects.create(name="other"), name="A", twiml=TWIML)
    with pytest.raises(NoInstructions, match="names no agent"):
        resolve(account.pk, request(twiml="", ai_agent_id=other.pk))


@pytest.mark.parametrize("said", [{"url": "https://x.example.com/"}, {"twiml": TWIML}])
def test_beside_url_or_twiml_an_agents_id_is_a_label(account, line, said):
    plan = resolve(account.pk, request(**({"twiml": ""} | said), ai_agent_id=uuid7()))
    assert plan.instructions == Instructions(**said)
