"""What a provider is given for an agent: TwiML inline, a signed address, the agent's own address, or no call."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.agents.addresses import read_token
from calls.agents.instructions import (
    AnsweredCall,
    Instructions,
    agent_document,
    agent_instructions,
    stream_seconds,
    twiml_is_taken,
)
from calls.agents.validators import variables_complaint
from calls.exceptions import NoInstructions
from calls.models import Agent
from liveplatform.accounts.models import Account, Connection
from liveplatform.db.uuid7 import uuid7
from providers.registry import build_adapter

VOBIZ, PLIVO = (
    build_adapter(name, {"auth_id": f"MA{'X' * 18}", "auth_token": "t"}) for name in ("vobiz", "plivo")
)
TWILIO = build_adapter("twilio", {"account_sid": "AC1", "auth_token": "t"})
BOT = "wss://bot.example.com/phone"


@dataclass
class Silent:
    """A provider that connects no call to a WebSocket."""

    provider: str = "silent"


def called(variables=None, /, **more):
    return AnsweredCall(uuid7(), {**(variables or {}), **more}, 600)


def told(agent, call, provider=TWILIO, base_url=""):
    return agent_instructions(
        agent, call, provider, Connection(provider=provider.provider, base_url=base_url)
    )


def test_over_twilio_a_websocket_is_inline_twiml():
    agent, call = Agent(websocket_url=BOT, parameters={"language": "en", "name": "?"}), called(name="Ann")
    said = told(agent, call)
    assert not said.url
    assert f'<Connect><Stream url="{BOT}"' in said.twiml
    for name, value in {"language": "en", "name": "Ann", "call_id": call.id}.items():
        assert f'<Parameter name="{name}" value="{value}"/>' in said.twiml


def test_what_does_not_fit_inline_is_read_at_a_signed_address(settings):
    settings.PUBLIC_URL = "https://live.example.com"
    agent, call = Agent(twiml=f"<Response><Say>{'x' * 4000}</Say></Response>"), called()
    said = told(agent, call)
    assert not said.twiml and said.url.startswith("https://live.example.com/v1/agents/answers/")
    assert read_token(said.url.rpartition("/")[2]) == call.id


def test_an_address_that_the_provider_cannot_reach_is_no_call(settings):
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    with pytest.raises(NoInstructions, match="PUBLIC_URL"):
        told(Agent(websocket_url=BOT), called(), VOBIZ)
    assert told(Agent(websocket_url=BOT), called(), VOBIZ, "http://127.0.0.1:9").url


def test_over_vobiz_a_websocket_is_read_at_a_signed_address(settings):
    settings.PUBLIC_URL = "https://live.example.com"
    agent, call = Agent(websocket_url=BOT, codec="audio/x-l16;rate=16000"), called(name="Ann")
    assert "/v1/agents/answers/" in told(agent, call, VOBIZ).url
    document = agent_document(agent, call, VOBIZ)
    assert document == agent_document(agent, call, PLIVO)
    assert 'contentType="audio/x-l16;rate=16000"' in document and 'streamTimeout="600"' in document
    assert 'extraHeaders="name=Ann"' in document and f"call_id={call.id}" in document


def test_an_answer_url_gets_the_variables_in_its_query():
    agent, call = (
        Agent(answer_url="https://a.example.com/x?tenant=1", parameters={"l": "en"}),
        called(n="A b"),
    )
    url = f"https://a.example.com/x?tenant=1&l=en&n=A+b&call_id={call.id}"
    assert told(agent, call) == told(agent, call, VOBIZ) == Instructions(url=url)


def test_twiml_is_filled_with_the_variables_and_else_with_the_agents_own():
    agent = Agent(
        twiml="<Response><Say>{{greeting}} {{name}}</Say></Response>", parameters={"greeting": "Hi"}
    )
    assert told(agent, called(name="<Ann>")).twiml == "<Response><Say>Hi &lt;Ann&gt;</Say></Response>"


@pytest.mark.parametrize(
    ("agent", "variables", "provider", "why"),
    [
        (Agent(name="A", twiml="<Response><Say>{{x}}</Say></Response>"), {}, TWILIO, "dynamic_variables: x"),
        (Agent(name="A", twiml="<Response><!-- {{x}} --></Response>"), {"x": "--"}, TWILIO, "broken"),
        (Agent(name="A", twiml="<Response/>"), {}, VOBIZ, "speaks no TwiML"),
        (Agent(name="A", websocket_url=BOT, codec="audio/x-l16;rate=8000"), {}, TWILIO, "codec"),
        (Agent(name="A", websocket_url=BOT), {"x": "y" * 500}, TWILIO, "500 characters"),
        (Agent(name="A", websocket_url=BOT), {"x": "y" * 2000}, VOBIZ, "2000 characters"),
        (Agent(name="A", answer_url="https://a.example.com/"), {"x": "y" * 2000}, TWILIO, "2000 characters"),
        (Agent(name="A", websocket_url=BOT), {}, Silent(), "WebSocket"),
    ],
)
def test_what_nobody_could_hear_is_refused_with_a_sentence(agent, variables, provider, why, settings):
    settings.PUBLIC_URL = "https://live.example.com"
    with pytest.raises(NoInstructions, match=why) as refused:
        told(agent, called(**variables), provider)
    assert "yyy" not in str(refused.value), "no value is quoted"


def test_twiml_is_for_providers_that_speak_it():
    assert (twiml_is_taken(TWILIO), twiml_is_taken(VOBIZ), twiml_is_taken(Silent())) == (
        True,
        False,
        False,
    )


def test_a_stream_is_as_long_as_the_shorter_limit():
    account = Account(stream_time_limit=100)
    assert [stream_seconds(account, limit) for limit in (None, 0, 50, 200)] == [100, 100, 50, 100]


ODD_TEXT = st.text(st.sampled_from("ab1_-=,;&?#%+<>\"'/{}[] \n\t\r\x85\u2028\U0001f600ßé"), max_size=12)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(ODD_TEXT, ODD_TEXT, max_size=3).filter(lambda each: not variables_complaint(each)))
def test_whatever_variables_are_accepted_the_document_is_xml_that_says_them(variables):
    agent, call = Agent(name="A", websocket_url=BOT), called(variables)
    expected = {**variables, "call_id": str(call.id)}
    twiml, xml = agent_document_or_none(agent, call, TWILIO), agent_document_or_none(agent, call, VOBIZ)
    if twiml is not None:
        stream = ElementTree.fromstring(twiml)[0][0]
        assert {each.get("name"): each.get("value") for each in stream} == expected
    if xml is not None:
        (stream,) = ElementTree.fromstring(xml)
        assert dict(parse_qsl(urlsplit(stream.text).query, keep_blank_values=True)) == expected


def agent_document_or_none(agent, call, provider):
    try:
        return agent_document(agent, call, provider)
    except NoInstructions:
        return None
