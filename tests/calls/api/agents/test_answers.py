"""/v1/agents/answers/{token}: XML for a provider, without a key; a hang-up where there is nothing to do."""

import time

import pytest
from django.test import Client

from calls.agents import addresses
from calls.agents.addresses import answer_address
from calls.models import Agent
from liveplatform.db.uuid7 import uuid7
from providers.answers import HANG_UP
from tests.support.factories import phone_call


@pytest.fixture
def path(account):
    agent = Agent.objects.create(account=account, name="A", twiml="<Response><Say>{{name}}</Say></Response>")
    call = phone_call(account, ai_agent_id=agent.pk, dynamic_variables={"name": "Zoë"})
    return "/v1" + answer_address(call.pk).partition("/v1")[2]


@pytest.mark.parametrize(
    "ask",
    [
        lambda path: Client().get(path),
        lambda path: Client().get(f"{path}?CallUUID=1&From=%2B1415&odd=1"),
        lambda path: Client().post(path, {"CallSid": "CA1", "CallStatus": "in-progress"}),
        lambda path: Client().post(path, b"{", content_type="application/json"),
        lambda path: Client().post(path, b"\xff\x00", content_type="text/odd"),
        lambda path: Client().get(path, headers={"Authorization": "Bearer nonsense", "Accept": "text/xml"}),
    ],
)
def test_a_provider_reads_the_document_however_it_asks(path, ask):
    answer = ask(path)
    assert (answer.status_code, answer.content.decode()) == (200, "<Response><Say>Zoë</Say></Response>")
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]


def test_an_address_that_was_good_once_is_a_hang_up(path, monkeypatch):
    monkeypatch.setattr(
        addresses, "time", type("Later", (), {"time": staticmethod(lambda: time.time() + 9999)})
    )
    answer = Client().get(path)
    assert (answer.status_code, answer.content.decode()) == (200, HANG_UP)


@pytest.mark.parametrize("token", ["x", "a.b", "x" * 3000, "%00", "..%2f", "%F0%9F%98%80"])
def test_a_token_that_is_none_is_403_and_a_hang_up(db, token):
    answer = Client(raise_request_exception=False).get(f"/v1/agents/answers/{token}")
    assert answer.status_code in (403, 404)
    assert answer.status_code == 404 or answer.content.decode() == HANG_UP


def test_a_call_that_is_gone_is_a_hang_up(db):
    path = "/v1" + answer_address(uuid7()).partition("/v1")[2]
    assert Client().get(path).content.decode() == HANG_UP


def test_other_methods_are_405(path):
    assert Client().put(path).status_code == 405


def test_variables_and_token_are_in_no_log(path, capfd):
    Client().get(path)
    logged = capfd.readouterr().err
    assert "Zoë" not in logged and path.rpartition(".")[2] not in logged
