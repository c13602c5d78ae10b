"""Vobiz's API at the sandbox: documented fields and no others, both slashes, errors in its forms."""

import uuid

import pytest
import requests

from tests.support.sandbox import SECRET
from tests.support.stories import until
from tests.support.voice_bot import Bot, in_thread

BODY = {
    "from": "+14155550100",
    "to": "+14155550111",
    "answer_url": "http://127.0.0.1:9/a",
    "answer_method": "POST",
}
WS = {"service_url": "wss://bot.example/ws"}


class Api:
    """Requests of one account."""

    def __init__(self, base):
        self.id = f"MA_{uuid.uuid4().hex[:8].upper()}"
        self.root = f"{base}/api/v1/Account/{self.id}"
        self.headers = {"X-Auth-ID": self.id, "X-Auth-Token": SECRET}

    def ask(self, method, path, body=None, **headers):
        given = self.headers | headers
        return requests.request(method, self.root + path, json=body, headers=given, timeout=5)

    def call(self):
        return self.ask("POST", "/Call/", BODY).json()["request_uuid"]

    def stream(self, call_id, **body):
        return self.ask("POST", f"/Call/{call_id}/Stream/", WS | body).json()["stream_id"]


@pytest.fixture
def vobiz_api(sandbox_url):
    return Api(sandbox_url)


def test_a_call_is_made_with_the_documented_answer(vobiz_api):
    answer = vobiz_api.ask("POST", "/Call/", BODY)
    assert answer.status_code == 201 and set(answer.json()) == {"api_id", "message", "request_uuid"}
    live = vobiz_api.ask("GET", f"/Call/{answer.json()['request_uuid']}?status=live").json()
    assert set(live) == {
        "api_id",
        "call_status",
        "call_uuid",
        "caller_name",
        "direction",
        "from",
        "request_uuid",
        "session_start",
        "stir_attestation",
        "stir_verification",
        "to",
    }


@pytest.mark.parametrize("missing", ["from", "to", "answer_url"])
def test_a_call_without_what_it_needs_is_refused(vobiz_api, missing):
    answer = vobiz_api.ask("POST", "/Call/", {k: v for k, v in BODY.items() if k != missing})
    assert answer.status_code == 400 and set(answer.json()) == {"api_id", "error"}


def test_a_stream_is_listed_as_documented(vobiz_api):
    call_id = vobiz_api.call()
    started = vobiz_api.ask("POST", f"/Call/{call_id}/Stream", WS)
    assert (started.status_code, set(started.json())) == (202, {"message", "stream_id"})
    listed = vobiz_api.ask("GET", f"/Call/{call_id}/Stream/").json()
    assert (listed["page"], listed["per_page"], listed["total"]) == (1, 20, 1)
    assert set(listed["objects"][0]) == {
        "stream_id",
        "call_uuid",
        "service_url",
        "audio_track",
        "bidirectional",
        "content_type",
        "sampling_rate",
        "stream_timeout",
        "status_callback_url",
        "status_callback_method",
        "status",
        "start_time",
        "end_time",
        "resource_uri",
    }
    assert (listed["objects"][0]["audio_track"], listed["objects"][0]["end_time"]) == ("both", None)


@pytest.mark.parametrize(
    ("asked", "two_way"), [("true", True), (True, False), ("false", False), (None, False)]
)
def test_a_json_boolean_forks_one_way_without_a_word(vobiz_api, asked, two_way):
    call_id = vobiz_api.call()
    stream_id = vobiz_api.stream(call_id, bidirectional=asked, audio_track="inbound")
    shown = vobiz_api.ask("GET", f"/Call/{call_id}/Stream/{stream_id}/").json()
    assert shown["bidirectional"] is two_way


def test_a_stop_is_204_once_and_then_404(vobiz_api):
    call_id = vobiz_api.call()
    stream_id, other = vobiz_api.stream(call_id), vobiz_api.stream(call_id)
    answer = vobiz_api.ask("DELETE", f"/Call/{call_id}/Stream/{stream_id}/")
    assert (answer.status_code, answer.content) == (204, b"")
    again = vobiz_api.ask("DELETE", f"/Call/{call_id}/Stream/{stream_id}")
    assert (again.status_code, again.json()["error"]) == (404, "Stream not found")
    of_another_call = vobiz_api.ask("DELETE", f"/Call/{vobiz_api.call()}/Stream/{other}/")
    assert of_another_call.status_code == 404
    for _ in range(2):
        assert vobiz_api.ask("DELETE", f"/Call/{call_id}/Stream/").status_code == 204
    statuses = {row["status"] for row in vobiz_api.ask("GET", f"/Call/{call_id}/Stream/").json()["objects"]}
    assert statuses == {"completed"}


@pytest.mark.parametrize(
    "body",
    [
        {"service_url": "https://bot.example"},
        {"content_type": "audio/wav"},
        {"audio_track": "all"},
        {"bidirectional": "true", "audio_track": "both"},
    ],
)
def test_a_stream_that_cannot_be_is_refused(vobiz_api, body):
    assert vobiz_api.ask("POST", f"/Call/{vobiz_api.call()}/Stream/", WS | body).status_code == 400


def test_a_record_comes_with_the_end_of_the_call(vobiz_api):
    call_id = vobiz_api.call()
    vobiz_api.stream(call_id)
    assert vobiz_api.ask("GET", f"/cdr/{call_id}").status_code == 404
    assert vobiz_api.ask("DELETE", f"/Call/{call_id}").status_code == 204
    record = vobiz_api.ask("GET", f"/cdr/{call_id}").json()
    assert record["success"] and record["data"]["hangup_source"] == "API Request"
    listed = vobiz_api.ask("GET", "/cdr?from_number=4155550100&per_page=5").json()
    assert [row["uuid"] for row in listed["data"]] == [call_id]
    assert listed["pagination"]["has_next"] is False
    assert vobiz_api.ask("GET", f"/Call/{call_id}?status=live").status_code == 404
    assert vobiz_api.ask("DELETE", f"/Call/{call_id}/").status_code == 404


def test_the_first_token_of_an_account_is_its_token_and_basic_is_taken_too(vobiz_api):
    vobiz_api.call()
    wrong = vobiz_api.ask("GET", "/Call?status=live", **{"X-Auth-Token": "wrong"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "INVALID_CREDENTIALS")
    basic = requests.get(f"{vobiz_api.root}/Call?status=live", auth=(vobiz_api.id, SECRET), timeout=5)
    assert basic.status_code == 200
    stranger = requests.get(f"{vobiz_api.root}/Call?status=live", auth=("MA_other", SECRET), timeout=5)
    assert stranger.status_code == 401


def test_many_calls_are_placed_at_once(vobiz_api, sandbox):
    vobiz_api.call()
    placed = sandbox.place_calls(vobiz_api.id, 3, "+14155550111", "+14155550100", vendor="vobiz")
    assert set(placed) <= set(sandbox.live()["vobiz"])
    assert sandbox.call(placed[0], "vobiz")["status"] == "in-progress"


def test_what_can_happen_to_a_call_and_a_stream_is_told(vobiz_api, sandbox):
    call_id = vobiz_api.call()
    stream_id = vobiz_api.stream(call_id)
    for resource in (call_id, stream_id):
        with pytest.raises(requests.HTTPError):
            sandbox.trigger(resource, "nonsense")
    sandbox.trigger(call_id, "completed")
    assert call_id not in sandbox.live()["vobiz"]
    assert stream_id not in sandbox.live_streams()["vobiz"]


@pytest.mark.parametrize(("rest", "status"), [("", 404), ('<Wait length="60"/>', 200)])
def test_a_stop_of_the_bot_goes_on_with_the_xml_and_ends_the_call_if_nothing_follows(vobiz_api, rest, status):
    async def stop(visit, message):
        if message["event"] == "start":
            await visit.say(event="stop", streamId=message["start"]["streamId"])

    bot = Bot(stop)
    bot.xml = f'<Response><Stream bidirectional="true">{{url}}</Stream>{rest}</Response>'
    with in_thread(bot):
        call_id = vobiz_api.ask("POST", "/Call/", BODY | {"answer_url": bot.answer_url}).json()[
            "request_uuid"
        ]
        until(lambda: bot.visits and bot.visits[0].closed.is_set())
        until(lambda: vobiz_api.ask("GET", f"/Call/{call_id}?status=live").status_code == status)
        streams = vobiz_api.ask("GET", f"/Call/{call_id}/Stream/").json()["objects"]
        assert [stream["status"] for stream in streams] == ["completed"]
        if status == 404:
            assert "4010" in vobiz_api.ask("GET", f"/cdr/{call_id}").text
