"""RealtimeKit's webhooks at the sandbox, as registered over its API."""

import json

from tests.support.cloudflare_sdk import official
from tests.support.webhook_listener import listener

__all__ = ["listener"]


def test_a_webhook_that_wants_status_updates_is_told_of_each(cloudflare, sandbox_url, sandbox, listener):
    account, app = "a" * 32, cloudflare._path.rpartition("/")[2]
    hooks = official(sandbox_url).realtime_kit.webhooks
    at = {"account_id": account, "app_id": app, "name": "h", "url": listener.url}
    hooks.create_webhook(**at, events=["livestreaming.statusUpdate"])
    hooks.create_webhook(**at, events=["meeting.started"])
    meeting = cloudflare.broadcast_room("m", title="Show")[1]
    sandbox.trigger(meeting, "started", name="n1")
    listener.wait(1)
    sandbox.trigger(meeting, "offline")
    bodies = [json.loads(body) for _, _, body in listener.wait(2)]
    assert [each["status"] for each in bodies] == ["LIVE", "OFFLINE"]
    assert all(each["meeting"]["id"] == meeting and each["streamKey"] for each in bodies)
    assert {"rtk-signature", "rtk-uuid", "rtk-webhook-id"} <= listener.requests[0][1].keys()
