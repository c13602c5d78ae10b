"""Agents in the admin: added and changed as over the API, with private addresses."""

import pytest

from calls.models import Agent
from liveplatform.admin.models import StaffAction

LIST = "/admin/calls/agent/"


def form(account, **fields):
    given = {"account": account.pk, "name": "Bot", "codec": "audio/x-mulaw;rate=8000", "is_active": "on"}
    given |= {"workspace": "default", "parameters": '{"language": "secret"}'}
    return given | {"websocket_url": "wss://bot.example.com/?key=secret"} | fields


def test_an_agent_is_added_and_changed(staff, account):
    assert staff.post(f"{LIST}add/", form(account)).status_code == 302
    agent = Agent.objects.get()
    assert (agent.account, agent.parameters, agent.created_by) == (
        account,
        {"language": "secret"},
        "staff:alice",
    )
    path = f"{LIST}{agent.pk}/change/"
    assert "wss://bot.example.com" in staff.get(path).content.decode()
    changed = form(account, websocket_url="", twiml="<Response/>")
    assert staff.post(path, changed).status_code == 302
    agent.refresh_from_db()
    assert (agent.websocket_url, agent.twiml) == ("", "<Response/>")
    assert "secret" not in str(list(StaffAction.objects.values_list("detail", flat=True)))


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"websocket_url": "https://bot.example.com/"}, "must begin with wss://"),
        ({"twiml": "<Response/>"}, "exactly one"),
        ({"websocket_url": ""}, "exactly one"),
        ({"websocket_url": "", "twiml": "<x"}, "not XML"),
        ({"websocket_url": "", "answer_url": "https://10.0.0.1/"}, "internal"),
        ({"parameters": '{"a": 1}'}, "must be text"),
        ({"parameters": "[1]"}, "Give an object"),
        ({"parameters": "{"}, "valid JSON"),
        ({"name": "bOT"}, "unique_agent_name"),
    ],
)
def test_it_is_validated_as_over_the_api(staff, account, fields, wrong):
    Agent.objects.create(account=account, name="bot", twiml="<Response/>")
    answer = staff.post(f"{LIST}add/", form(account, name="Other") | fields)
    assert (answer.status_code, wrong in answer.content.decode()) == (200, True)
    assert Agent.objects.count() == 1


def test_the_list_shows_how_each_answers(staff, account):
    Agent.objects.create(account=account, name="bot", websocket_url="wss://bot.example.com/?key=secret")
    listed = staff.get(LIST).content.decode()
    assert "websocket_url" in listed and "secret" not in listed
