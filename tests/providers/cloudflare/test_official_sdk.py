"""Cloudflare's official package and our adapter: both use the sandbox, and send the same requests."""

import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cloudflare as package
import pytest

from providers.registry import build_adapter
from providers.streams import Broadcast, RtmpTarget, StreamRef
from tests.support.cloudflare_sdk import official
from tests.support.sandbox import SECRET

TARGET = RtmpTarget("rtmp://x.example/app", "key")
AT = {"account_id": "a" * 32, "app_id": "b" * 32}


def test_the_package_starts_finds_and_stops_a_livestream_of_the_sandbox(sandbox_url, sandbox):
    kit, at = official(sandbox_url).realtime_kit, {"account_id": "a" * 32, "app_id": uuid.uuid4().hex}
    meeting = kit.meetings.create(**at, title="Show").data
    assert kit.meetings.get_meeting_by_id(meeting.id, **at).data.title == "Show"
    started = kit.livestreams.start_livestreaming_a_meeting(
        meeting.id, **at, name="n1", video_config={"height": 720, "width": 1280}
    )
    assert (started.success, started.data.status) == (True, "INVOKED")
    active = kit.livestreams.get_meeting_active_livestreams(meeting.id, **at).data
    assert (active.id, active.meeting_id, active.name) == (started.data.id, meeting.id, "n1")
    listed = kit.livestreams.get_all_livestreams(at["app_id"], account_id=at["account_id"])
    assert [each.id for each in listed.data] == [active.id]
    one = kit.livestreams.get_livestream_session_for_livestream_id(active.id, **at)
    assert one.data.livestream.id == active.id
    stopped = kit.livestreams.stop_livestreaming_a_meeting(meeting.id, **at)
    assert (stopped.success, stopped.data.message) == (True, "Stopped live stream successfully")
    assert sandbox.effects("stop_livestream", meeting.id) == 1


def test_the_package_raises_the_sandboxs_errors(sandbox_url, sandbox):
    kit, at = official(sandbox_url).realtime_kit, {"account_id": "a" * 32, "app_id": uuid.uuid4().hex}
    meeting = kit.meetings.create(**at).data.id
    for ask in (kit.livestreams.stop_livestreaming_a_meeting, kit.livestreams.get_meeting_active_livestreams):
        with pytest.raises(package.NotFoundError) as raised:
            ask(meeting, **at)
        assert raised.value.body["error"]["code"] == 404 and not raised.value.errors
    sandbox.set_secret("c" * 32, SECRET)
    with pytest.raises(package.PermissionDeniedError) as raised:
        official(sandbox_url, "wrong").realtime_kit.apps.get(account_id="c" * 32)
    assert raised.value.errors[0].code == 10000


def test_the_package_repeats_a_stop_whose_answer_is_an_error_and_stops_once(sandbox_url, sandbox):
    kit, at = official(sandbox_url).realtime_kit, {"account_id": "a" * 32, "app_id": uuid.uuid4().hex}
    meeting = kit.meetings.create(**at).data.id
    kit.livestreams.start_livestreaming_a_meeting(meeting, **at)
    sandbox.add_fault("stop_livestream", "503", resource=meeting)
    assert kit.livestreams.stop_livestreaming_a_meeting(meeting, **at).success
    assert sandbox.effects("stop_livestream", meeting) == 1
    assert len(sandbox.ledger(operation="stop_livestream", resource=meeting)) == 2


def test_the_package_makes_apps_and_webhooks_at_the_sandbox(sandbox_url):
    kit, account = official(sandbox_url).realtime_kit, uuid.uuid4().hex
    app = kit.apps.post(account_id=account, name="one").data.app
    assert [each.name for each in kit.apps.get(account_id=account).data] == ["one"]
    at = {"account_id": account, "app_id": app.id}
    hook = kit.webhooks.create_webhook(
        **at, name="h", url="https://c.example/e", events=["livestreaming.statusUpdate"]
    )
    assert hook.data.enabled
    assert [each.id for each in kit.webhooks.get_webhooks(app.id, account_id=account).data] == [hook.data.id]
    assert kit.webhooks.delete_webhook(hook.data.id, **at).success


ASKED = {
    "meeting": (
        lambda ours: ours.broadcast_room("n", title="Show"),
        lambda kit: kit.meetings.create(**AT, title="Show"),
    ),
    "start": (
        lambda ours: ours.start_broadcast("meeting", "m1", Broadcast("n1")),
        lambda kit: kit.livestreams.start_livestreaming_a_meeting("m1", **AT, name="n1"),
    ),
    "start with a size": (
        lambda ours: ours.start_broadcast("meeting", "m1", Broadcast("n1", width=1280, height=720)),
        lambda kit: kit.livestreams.start_livestreaming_a_meeting(
            "m1", **AT, name="n1", video_config={"width": 1280, "height": 720}
        ),
    ),
    "start to a target": (
        lambda ours: ours.start_broadcast(
            "meeting", "m1", Broadcast("n1", targets=[TARGET], max_seconds=600)
        ),
        lambda kit: kit.recordings.start_recordings(
            AT["app_id"],
            account_id=AT["account_id"],
            meeting_id="m1",
            allow_multiple_recordings=True,
            file_name_prefix="n1",
            max_seconds=600,
            realtimekit_bucket_config={"enabled": False},
            rtmp_out_config={"rtmp_url": "rtmp://x.example/app/key"},
        ),
    ),
    "stop to a target": (
        lambda ours: ours.stop_broadcast(StreamRef("m1", id="rtmp:r1")),
        lambda kit: kit.recordings.pause_resume_stop_recording("r1", **AT, action="stop"),
    ),
    "active and stop": (
        lambda ours: ours.stop_broadcast(StreamRef("m1", id="x")),
        lambda kit: (
            kit.livestreams.get_meeting_active_livestreams("m1", **AT),
            kit.livestreams.stop_livestreaming_a_meeting("m1", **AT),
        ),
    ),
    "list": (
        lambda ours: ours.live_broadcasts(),
        lambda kit: [
            kit.livestreams.get_all_livestreams(
                AT["app_id"], account_id=AT["account_id"], status=status, page_no=1, per_page=100
            )
            for status in ("LIVE", "INVOKED")
        ],
    ),
    "check": (
        lambda ours: ours.check_credentials(),
        lambda kit: kit.meetings.get(AT["app_id"], account_id=AT["account_id"], page_no=1, per_page=1),
    ),
}


@pytest.mark.parametrize("asked", ASKED)
def test_our_adapter_sends_what_the_package_sends(asked, listener):
    by_us, by_package = ASKED[asked]
    url, received = listener
    by_us(build_adapter("cloudflare", AT | {"api_token": SECRET}, base_url=url, timeout=5))
    ours = received.copy()
    received.clear()
    by_package(official(url).realtime_kit)
    assert ours == received


@pytest.fixture
def listener():
    """A Cloudflare that writes down what it is sent."""
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            length = int(self.headers.get("Content-Length") or 0)
            names = ("Authorization", "Content-Type") if self.command == "POST" else ("Authorization",)
            body = self.rfile.read(length)
            path, _, query = self.path.partition("?")
            received.append(
                {
                    "request": (self.command, path, sorted(filter(None, query.split("&")))),
                    "body": json.loads(body) if body else None,
                    "length": self.headers.get("Content-Length") if not body else None,
                    "headers": {name: self.headers.get(name) for name in names},
                }
            )
            is_list = path.endswith(("/livestreams", "/meetings")) and self.command == "GET"
            answer = json.dumps({"success": True, "data": [] if is_list else {"id": "x"}}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_POST = do_PUT = do_GET

        def log_message(self, *_):
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", received
    server.shutdown()
    server.server_close()
