"""Cloudflare RealtimeKit's adapter over the sandbox, by HTTP."""

import time

import pytest

from providers.errors import Rejected, UnknownOutcome
from providers.registry import build_adapter
from providers.streams import Broadcast, Broadcasts, StreamRef
from tests.support.misbehaving_server import answers
from tests.support.sandbox import SECRET


@pytest.fixture
def meeting(cloudflare):
    return cloudflare.broadcast_room("m", title="Show")[1]


def ref(meeting, stream=None, name=""):
    return StreamRef(meeting, "meeting", stream.id if stream else "", name)


def listed(cloudflare, meeting, status):
    until = time.monotonic() + 3
    while time.monotonic() < until:
        found = cloudflare.broadcasts("meeting", meeting)
        if found and found[0].status == status:
            return found[0]
        time.sleep(0.05)
    raise AssertionError(found)


def test_a_livestream_is_started_becomes_live_and_is_stopped(cloudflare, meeting, sandbox):
    assert isinstance(cloudflare, Broadcasts)
    started = cloudflare.start_broadcast("meeting", meeting, Broadcast("n1", width=1280, height=720))
    assert (started.status, started.raw_status, started.name) == ("starting", "INVOKED", "n1")
    assert started.stream_key and started.ingest_server and started.playback_url.endswith(".m3u8")
    live = listed(cloudflare, meeting, "live")
    assert (live.id, live.name) == (started.id, "n1")
    assert started.id in {each.id for each in cloudflare.live_broadcasts()}
    assert started.id in sandbox.live_streams()["cloudflare"]
    assert cloudflare.stop_broadcast(ref(meeting, started)) == "stopped"
    assert listed(cloudflare, meeting, "stopped").id == started.id
    assert started.id not in sandbox.live_streams()["cloudflare"]


def test_a_stop_repeated_or_without_a_start_finds_nothing_running(cloudflare, meeting):
    assert cloudflare.stop_broadcast(ref(meeting)) == "not_running"
    started = cloudflare.start_broadcast("meeting", meeting, Broadcast("n1"))
    outcomes = [cloudflare.stop_broadcast(ref(meeting, started)) for _ in range(3)]
    assert outcomes == ["stopped", "not_running", "not_running"]


def test_the_stop_of_one_that_is_over_spares_the_one_after_it(cloudflare, meeting):
    first = cloudflare.start_broadcast("meeting", meeting, Broadcast("n1"))
    cloudflare.stop_broadcast(ref(meeting, first))
    second = cloudflare.start_broadcast("meeting", meeting, Broadcast("n2"))
    assert cloudflare.stop_broadcast(ref(meeting, first)) == "not_running"
    assert cloudflare.stop_broadcast(ref(meeting, name="n1")) == "not_running"
    assert {each.id: each.status for each in cloudflare.broadcasts("meeting", meeting)} == {
        second.id: "starting",
        first.id: "stopped",
    }
    assert cloudflare.stop_broadcast(ref(meeting, name="n2")) == "stopped"


@pytest.mark.parametrize("fault", ["act_then_timeout", "act_then_reset", "500"])
def test_after_a_lost_answer_to_the_start_it_is_found_by_its_name(cloudflare, meeting, sandbox, fault):
    sandbox.add_fault("start_livestream", fault, resource=meeting)
    with pytest.raises(UnknownOutcome):
        cloudflare.start_broadcast("meeting", meeting, Broadcast("n1"))
    found = {each.name for each in cloudflare.broadcasts("meeting", meeting)}
    assert found == (set() if fault == "500" else {"n1"})


@pytest.mark.parametrize("fault", ["act_then_timeout", "act_then_reset"])
def test_after_a_lost_answer_to_the_stop_it_is_over(cloudflare, meeting, sandbox, fault):
    started = cloudflare.start_broadcast("meeting", meeting, Broadcast("n1"))
    sandbox.add_fault("stop_livestream", fault, resource=meeting)
    with pytest.raises(UnknownOutcome):
        cloudflare.stop_broadcast(ref(meeting, started))
    assert cloudflare.stop_broadcast(ref(meeting, started)) == "not_running"
    assert sandbox.effects("stop_livestream", meeting) == 1


def test_a_second_start_is_refused_while_one_runs(cloudflare, meeting):
    cloudflare.start_broadcast("meeting", meeting, Broadcast("n1"))
    with pytest.raises(Rejected):
        cloudflare.start_broadcast("meeting", meeting, Broadcast("n2"))


def test_a_livestream_that_somebody_else_started_is_listed(cloudflare, meeting, sandbox):
    sandbox.trigger(meeting, "started", name="theirs")
    assert [each.name for each in cloudflare.live_broadcasts()] == ["theirs"]


def test_a_wrong_token_and_a_wrong_app_are_refused(sandbox_url, sandbox):
    sandbox.set_secret("b" * 32, SECRET)
    credentials = {"account_id": "b" * 32, "app_id": "app", "api_token": "wrong"}
    with pytest.raises(Rejected) as raised:
        build_adapter("cloudflare", credentials, base_url=sandbox_url).check_credentials()
    assert raised.value.code == "auth"


def adapter(url):
    credentials = {"account_id": "a", "app_id": "b", "api_token": "t"}
    return build_adapter("cloudflare", credentials, base_url=f"{url}/client/v4", timeout=2)


OWN_404 = ("404 Not Found", {"success": False, "error": {"code": 404, "message": "none"}})
BOTH_404 = (
    "404 Not Found",
    {"success": False, "error": {"code": 404, "message": "m"}, "errors": [{"code": 1, "message": "m"}]},
)
GATEWAY_404 = ("404 Not Found", {"success": False, "errors": [{"code": 404, "message": "m"}], "result": None})
NO_ROUTE = ("404 Not Found", {"success": False, "errors": [{"code": 7003, "message": "m"}], "result": None})
FAILED = ("200 OK", {"success": False, "error": {"code": 500, "message": "no"}})


@pytest.mark.parametrize("gone", [OWN_404, BOTH_404, GATEWAY_404])
def test_no_active_livestream_in_any_of_its_forms_means_that_nothing_runs(gone):
    with answers(gone, gone) as url:
        assert adapter(url).stop_broadcast(StreamRef("m1", id="s1")) == "not_running"


def test_an_address_that_leads_nowhere_does_not(meeting):
    with answers(NO_ROUTE, NO_ROUTE) as url, pytest.raises(Rejected) as raised:
        adapter(url).stop_broadcast(StreamRef("m1", id="s1"))
    assert raised.value.code == "7003"


def test_a_success_that_is_a_failure_is_an_unknown_outcome():
    with answers(OWN_404, FAILED) as url, pytest.raises(UnknownOutcome):
        adapter(url).stop_broadcast(StreamRef("m1", id="s1"))
    with answers(FAILED) as url, pytest.raises(UnknownOutcome):
        adapter(url).start_broadcast("meeting", "m1", Broadcast("n"))


@pytest.mark.parametrize("data", [None, [], {}, {"id": 5}, "x"])
def test_an_answer_that_is_no_livestream_is_an_unknown_outcome(data):
    with answers(("201 Created", {"success": True, "data": data})) as url, pytest.raises(UnknownOutcome):
        adapter(url).start_broadcast("meeting", "m1", Broadcast("n"))


def test_a_livestream_that_is_shown_as_offline_by_its_own_start_is_starting():
    started = {"success": True, "data": {"id": "s1", "status": "OFFLINE", "stream_key": "k"}}
    with answers(("200 OK", started)) as url:
        assert adapter(url).start_broadcast("meeting", "m1", Broadcast("n")).status == "starting"
