"""An app's webhooks over REST."""

import pytest

from sessions_app.livestreams.webhooks import EVENTS, MAX_WEBHOOKS
from sessions_app.models import LivestreamWebhook

BODY = {"name": "hook", "url": "https://example.com/hook", "events": ["livestreaming.statusUpdate"]}


def test_create_answers_all_fields(kit):
    answer = kit("POST", "/webhooks", BODY | {"unknown": 1})
    data = answer.json()["data"]
    assert answer.status_code == 201
    assert data.keys() == {"id", "name", "url", "enabled", "events", "created_at", "updated_at"}
    assert data["enabled"] is True and kit("GET", "/webhooks").json() == {"success": True, "data": [data]}


def test_every_event_of_the_vendor_can_be_registered(kit):
    listed = kit("GET", "/webhooks/all").json()["data"]
    assert len(listed) == 9 and set(listed) == set(EVENTS)
    assert kit("POST", "/webhooks", BODY | {"events": listed + listed}).json()["data"]["events"] == listed


def test_change_replace_and_delete(kit):
    path = f"/webhooks/{kit('POST', '/webhooks', BODY).json()['data']['id']}"
    assert kit("PATCH", path, {"enabled": False}).json()["data"]["enabled"] is False
    assert kit("PUT", path, BODY | {"name": "new"}).json()["data"]["enabled"] is True
    assert kit("PUT", path, {"name": "new"}).status_code == 400
    gone = kit("DELETE", path)
    assert gone.status_code == 200 and gone.json()["data"]["name"] == "new"
    assert kit("GET", path).status_code == kit("DELETE", path).status_code == 404


ODD = [
    {},
    BODY | {"events": []},
    BODY | {"events": ["meeting.nothing"]},
    BODY | {"events": "meeting.ended"},
    BODY | {"url": "http://127.0.0.1/x"},
    BODY | {"url": "ftp://example.com"},
    BODY | {"url": "https://u:p@example.com/"},
    BODY | {"name": ""},
    BODY | {"enabled": "perhaps"},
]


@pytest.mark.parametrize("body", ODD, ids=str)
def test_odd_input(kit, settings, body):
    settings.WEBHOOK_ALLOW_HTTP = settings.WEBHOOK_ALLOW_LOOPBACK = False
    answer = kit("POST", "/webhooks", body)
    assert answer.status_code == 400 and answer.json()["error"]["message"].startswith("BAD_REQUEST: ")
    assert not LivestreamWebhook.objects.exists()


def test_there_is_a_most(kit):
    for _ in range(MAX_WEBHOOKS):
        assert kit("POST", "/webhooks", BODY).status_code == 201
    assert kit("POST", "/webhooks", BODY).status_code == 400
