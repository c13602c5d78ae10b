"""Requests as Vobiz' official Python SDK sends them, and its strict reading of the answers.

The package is on GitHub only (vobiz-ai/Vobiz-Python-SDK, version 0.1.0). What it sends, over httpx: the X-Auth
pair with a Bearer of any text beside it, X-Fern headers, JSON bodies without the fields that were not given,
no body with DELETE, hang-up and the live list without a last slash, everything else with one. It repeats a
request twice after 408, 409, 429 and 5xx, without an Idempotency-Key.
"""

import pytest
import requests

from calls.models import Call, MediaStream
from providers.errors import Rejected
from providers.http import TransportOptions
from providers.streams import AudioFork, StreamRef
from providers.vobiz.adapter import Vobiz
from tests.calls.api.audio_streams import shapes
from tests.support.factories import NUMBER

pytestmark = pytest.mark.django_db(transaction=True)


class Client:
    """The SDK's requests."""

    def __init__(self, base_url: str, auth_id: str, auth_token: str) -> None:
        self.root = f"{base_url}/api/v1/Account/{auth_id}"
        self.session = requests.Session()
        self.session.headers.update(
            {
                "X-Auth-ID": auth_id,
                "X-Auth-Token": auth_token,
                "Authorization": "Bearer whatever its user gave",
                "X-Fern-Language": "Python",
                "X-Fern-SDK-Name": "vobiz",
            }
        )

    def __call__(self, method: str, path: str, **body: object) -> requests.Response:
        sent = {"json": body, "headers": {"content-type": "application/json"}} if body else {}
        return self.session.request(method, self.root + path, allow_redirects=False, timeout=10, **sent)


@pytest.fixture
def client(live_server, forks):
    return Client(live_server.url, forks.account.auth_id, forks.api.token)


def test_a_call_with_a_stream_from_its_making_to_its_end(client, forks):
    made = client(
        "POST",
        "/Call/",
        **{
            "from": NUMBER,
            "to": "+14155550111",
            "answer_url": "https://app.example.com/",
            "answer_method": "GET",
        },
    )
    call = shapes.Fired(**made.json()).request_uuid
    assert shapes.LiveCall(**client("GET", f"/Call/{call}?status=live").json()).request_uuid == call
    assert call in shapes.CallIds(**client("GET", "/Call?status=live").json()).calls
    assert shapes.CallIds(**client("GET", "/Call/?status=queued").json()).calls == []

    answer = client("POST", f"/Call/{call}/Stream/", service_url=forks.bot_url, bidirectional=True)
    stream = shapes.Started(**answer.json()).stream_id
    assert answer.status_code == 202
    assert MediaStream.objects.get(pk=stream).parameters["bidirectional"] is True, "not one way, silently"
    assert client("GET", f"/Call/{call}/Stream/").status_code == 200
    assert shapes.OneStream(**client("GET", f"/Call/{call}/Stream/{stream}/").json()).status == "in-progress"
    assert client("DELETE", f"/Call/{call}/Stream/{stream}/").status_code == 204
    gone = client("DELETE", f"/Call/{call}/Stream/{stream}/")
    assert (gone.status_code, shapes.Problem(**gone.json()).error) == (404, "Stream not found")

    hung_up = client("DELETE", f"/Call/{call}")
    assert (hung_up.status_code, hung_up.content) == (204, b"")
    assert Call.objects.get(pk=call).is_over


def test_its_additional_body_parameters_are_read(client, forks):
    call = forks.dial()
    answer = client(
        "POST",
        f"/Call/{call.pk}/Stream/",
        service_url=forks.bot_url,
        audio_format="mulaw",
        audio_track="inbound",
        stream_timeout=60,
        status_callback_url="https://app.example.com/s",
        status_callback_method="GET",
    )
    one = MediaStream.objects.get(pk=shapes.Started(**answer.json()).stream_id)
    assert (one.max_seconds, one.parameters["encoding"]) == (60, "x-mulaw")
    assert one.parameters["status_callback_method"] == "GET"


class TestOurOwnAdapter:
    """What the platform says to Vobiz, the platform itself understands."""

    @pytest.fixture
    def vobiz(self, live_server, forks) -> Vobiz:
        keys = {"auth_id": forks.account.auth_id, "auth_token": forks.api.token}
        return Vobiz(keys, TransportOptions(base_url=live_server.url, key="us", timeout=5))

    def test_forks_lists_and_stops(self, vobiz, forks):
        call = str(forks.dial().pk)
        fork = AudioFork("name", forks.bot_url, track="inbound", bidirectional=True)
        started = vobiz.start_fork(call, fork)
        (listed,) = vobiz.forks(call)
        assert (listed.id, listed.status) == (started.id, "live")
        ref = StreamRef(call, id=started.id)
        assert [vobiz.stop_fork(ref), vobiz.stop_fork(ref)] == ["stopped", "not_running"]
        assert [each.status for each in vobiz.forks(call)] == ["stopped"]

    def test_dials_and_hangs_up(self, vobiz, forks):
        leg = vobiz.make_call(to="+14155550111", from_=NUMBER, url="https://app.example.com/")
        assert vobiz.call_status(leg.id).status in ("ringing", "live")
        assert leg.id in vobiz.live_ids()
        assert vobiz.end_call(leg.id).status == "ended"

    def test_is_told_what_is_wrong(self, vobiz, forks):
        with pytest.raises(Rejected):
            vobiz.start_fork(str(forks.dial().pk), AudioFork("name", "wss://10.0.0.1/ws"))
