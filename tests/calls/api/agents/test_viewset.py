"""/v1/agents: created, listed, changed and deleted, for admin:live alone; what could not answer is refused."""

import pytest

from calls.models import Agent
from tests.support.api_client import ApiClient

BOT = {"name": "Reception", "websocket_url": "wss://bot.example.com/phone"}


def add(api, **more):
    answer = api("POST", "/v1/agents", BOT | more)
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_an_agent_is_added_read_changed_and_deleted(api):
    agent = add(api, parameters={"language": "en"}, codec="audio/x-l16;rate=16000", description="front desk")
    path = f"/v1/agents/{agent['id']}"
    assert api("GET", path).json() == agent
    assert (agent["answer_url"], agent["twiml"], agent["workspace"]) == (None, None, "default")
    assert agent["created_by"].startswith("key:")

    changed = api("PATCH", path, {"twiml": "<Response/>", "is_active": False}).json()
    assert (changed["websocket_url"], changed["twiml"], changed["is_active"]) == (None, "<Response/>", False)
    assert changed["parameters"] == {"language": "en"}
    assert api("PATCH", path, {}).status_code == 200

    assert api("DELETE", path).status_code == 204
    assert [api(method, path, {}).status_code for method in ("GET", "PATCH")] == [404, 404]
    assert api("DELETE", path).status_code == 404


def test_the_list_is_paged_newest_first(api):
    names = [add(api, name=f"agent {n}")["name"] for n in range(5)]
    first = api("GET", "/v1/agents?limit=2").json()
    second = api("GET", f"/v1/agents?limit=2&cursor={first['next_cursor']}").json()
    third = api("GET", f"/v1/agents?limit=2&cursor={second['next_cursor']}").json()
    assert third["next_cursor"] is None
    pages = [each["name"] for page in (first, second, third) for each in page["agents"]]
    assert pages == names[::-1]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"websocket_url": ""}, "exactly one"),
        ({"twiml": "<Response/>"}, "exactly one"),
        ({"websocket_url": "https://bot.example.com/"}, "wss://"),
        ({"websocket_url": "wss://10.0.0.1/"}, "internal"),
        ({"websocket_url": "", "answer_url": "ftp://x.example.com"}, "https://"),
        ({"websocket_url": "", "twiml": "<Say/>"}, "root element"),
        ({"codec": "opus"}, "codec"),
        ({"parameters": {"a": 1}}, "must be text"),
        ({"parameters": {"a": ["x"]}}, "must be text"),
        ({"parameters": []}, "JSON object"),
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"workspace": ""}, "workspace"),
        ({"is_active": "yes"}, "is_active"),
        ({"colour": "red"}, "colour"),
        ({"websocket_url": 1}, "websocket_url"),
        ({"websocket_url": f"wss://x.example.com/{'x' * 2000}"}, "websocket_url"),
    ],
)
def test_what_could_not_answer_is_refused(api, body, wrong, settings):
    settings.WEBHOOK_ALLOW_HTTP = settings.WEBHOOK_ALLOW_LOOPBACK = False
    answer = api("POST", "/v1/agents", BOT | body)
    assert (answer.status_code, answer.json()["error"]) == (400, "validation_error")
    assert wrong in answer.json()["message"]
    assert not Agent.objects.exists()


@pytest.mark.parametrize(
    "change", [{"websocket_url": ""}, {"twiml": "<Response/>", "answer_url": "https://a.example.com/"}]
)
def test_a_change_leaves_one_answer(api, change):
    agent = add(api)
    assert api("PATCH", f"/v1/agents/{agent['id']}", change).status_code == 400


def test_a_second_agent_of_a_name_is_a_conflict(api):
    add(api)
    answer = api("POST", "/v1/agents", BOT | {"name": "reception"})
    assert (answer.status_code, answer.json()["error"]) == (409, "agent_conflict")
    other = add(api, name="Other")
    assert api("PATCH", f"/v1/agents/{other['id']}", {"name": "Reception"}).status_code == 409


def test_a_repeated_request_adds_one(api):
    first, second = (api("POST", "/v1/agents", BOT, Idempotency_Key="k").json() for _ in range(2))
    assert first == second and Agent.objects.count() == 1


@pytest.mark.parametrize("scope", ["read:live", "write:live"])
def test_addresses_and_parameters_are_for_admins(account, scope):
    api = ApiClient(account, (scope,))
    assert {api(method, "/v1/agents", {}).status_code for method in ("GET", "POST")} == {403}
