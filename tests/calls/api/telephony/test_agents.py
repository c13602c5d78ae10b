"""GET /ai-agent: the account's agents in the vendor's form, without what may be secret."""

import pytest

from calls.models import Agent
from tests.support.api_client import ApiClient

# https://docs.callab.ai/api-reference/aiagent/get-by-id
VENDORS = [
    "id",
    "name",
    "description",
    "language",
    "status",
    "prompt",
    "starting_state",
    "who_talks_first",
    "reminder_frequency_from",
    "reminder_frequency_to",
    "max_silence_duration",
    "responsiveness",
    "voice_speed",
    "voice_temperature",
    "interruption_sensitivity",
    "llm_temperature",
    "agent_type",
    "background_audio_status",
    "workspace_id",
    "agent_flow",
    "agent_dynamic_variables",
    "agent_post_call_outcomes",
]


@pytest.fixture
def agents(account):
    return [
        Agent.objects.create(
            account=account,
            name="Bot",
            websocket_url="wss://bot.example.com/?key=secret",
            parameters={"token": "secret"},
        ),
        Agent.objects.create(
            account=account, name="Text", twiml="<Response>{{name}}</Response>", is_active=False
        ),
        Agent.objects.create(
            account=account, name="Sales", answer_url="https://a.example.com/secret", workspace="sales"
        ),
    ]


@pytest.mark.parametrize("path", ["/ai-agent", "/v1/ai-agent"])
def test_the_list_has_the_vendors_form(account, agents, path):
    answer = ApiClient(account, ("read:live",))("GET", path)
    body = answer.json()
    assert (body["status"], [each["name"] for each in body["data"]]) == ("ok", ["Bot", "Text"])
    assert all(set(each) == set(VENDORS) for each in body["data"])
    assert [each["status"] for each in body["data"]] == ["active", "inactive"]
    assert [each["agent_dynamic_variables"] for each in body["data"]] == [{"token": None}, {"name": None}]
    assert "secret" not in answer.content.decode()


def test_a_workspace_has_its_own_agents(api, agents):
    (sales,) = api("GET", "/ai-agent?workspace=sales").json()["data"]
    assert (sales["name"], sales["workspace_id"], sales["agent_type"]) == ("Sales", "sales", "answer_url")
    assert api("GET", "/ai-agent?workspace=none").json()["data"] == []


def test_one_is_read_by_its_id(api, agents):
    answer = api("GET", f"/v1/ai-agent/{agents[0].pk}").json()
    assert (answer["status"], answer["data"]["id"]) == ("ok", str(agents[0].pk))
    missing = api("GET", "/ai-agent/550e8400-e29b-41d4-a716-446655440000")
    assert (missing.status_code, missing.json()["status"]) == (404, "error")


@pytest.mark.parametrize("path", ["/ai-agent/x", "/ai-agent?page=1", "/ai-agent?workspace=%00"])
def test_odd_requests_are_errors_of_the_envelope(api, path):
    answer = api("GET", path)
    assert answer.status_code in (400, 404) and answer.json()["status"] == "error"
