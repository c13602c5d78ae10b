"""Adapters and answers that a provider gives rarely, or that are not its own."""

from datetime import UTC, datetime
from functools import partial

import pytest

from providers.errors import Rejected, Unavailable, UnknownOutcome
from providers.registry import build_adapter
from providers.streams import StreamRef
from tests.support.misbehaving_server import answers

LIVE = {"sid": "CA1", "status": "in-progress"}
OVER = {"sid": "CA1", "status": "completed", "end_time": "Sat, 21 Nov 2026 02:59:17 -0000", "duration": "61"}
GONE = ("404 Not Found", {"code": 20404, "message": "not found", "status": 404})


def twilio(url):
    return build_adapter("twilio", {"account_sid": "AC1", "auth_token": "t"}, base_url=url, timeout=2)


def getstream(url):
    return build_adapter("getstream", {"api_key": "k", "api_secret": "s" * 32}, base_url=url, timeout=2)


def vobiz(url):
    return build_adapter("vobiz", {"auth_id": "MA_1", "auth_token": "t"}, base_url=url, timeout=2)


NONE = ("404 Not Found", {"api_id": "1", "error": "not found"})
RECORD = {"uuid": "c1", "end_time": "2026-11-21T02:59:17Z", "billsec": 61, "answer_time": None}
QUEUED = {"api_id": "1", "call_uuid": "c1", "call_status": "queued"}


@pytest.mark.parametrize("first", [NONE, ("204 No Content", b"")])
def test_vobizs_own_lists_prove_the_end(first):
    """Live, queued, the record: what is neither live nor queued is over, also before it has a record."""
    with answers(first, NONE, NONE, ("200 OK", {"data": RECORD, "success": True})) as url:
        assert (vobiz(url).end_call("c1").duration, vobiz(url).provider) == (61, "vobiz")
    with answers(first, NONE, NONE, NONE, NONE, NONE) as url:
        assert vobiz(url).end_call("c1").status == "ended"


@pytest.mark.parametrize("listed", [(("200 OK", QUEUED),), (NONE, ("200 OK", QUEUED))])
def test_a_call_that_vobiz_still_shows_is_tried_again(listed):
    with answers(NONE, *listed) as url, pytest.raises(Unavailable) as raised:
        vobiz(url).end_call("c1")
    assert raised.value.code == "not_confirmed"


def test_a_call_that_goes_live_between_two_questions_is_not_over():
    live = QUEUED | {"call_status": "in-progress"}
    with answers(NONE, NONE, NONE, ("200 OK", live)) as url:
        assert vobiz(url).call_status("c1").status == "live"


@pytest.mark.parametrize("first", [GONE, ("400 Bad", {"code": 21220}), ("200 OK", LIVE), ("200 OK", OVER)])
def test_twilios_own_record_proves_the_end(first):
    with answers(first, ("200 OK", OVER)) as url:
        leg = twilio(url).end_call("CA1")
    assert (leg.status, leg.raw_status, leg.duration) == ("ended", "completed", 61)
    assert leg.ended_at == datetime(2026, 11, 21, 2, 59, 17, tzinfo=UTC)


@pytest.mark.parametrize("first", [GONE, ("400 Bad", {"code": 21220}), ("200 OK", LIVE)])
def test_a_call_that_twilio_still_shows_as_live_is_tried_again(first):
    with answers(first, ("200 OK", LIVE)) as url, pytest.raises(Unavailable) as raised:
        twilio(url).end_call("CA1")
    assert raised.value.code == "not_confirmed"


def test_a_call_that_this_account_does_not_know_is_refused_in_clear_words():
    with answers(GONE) as url, pytest.raises(Rejected, match="another account") as raised:
        twilio(url).end_call("CA1")
    assert raised.value.code == "20404"


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"7", b"{}", b'{"sid": 5}', b'{"sid": null}'])
def test_an_answer_that_is_no_call_is_an_unknown_outcome(body):
    with answers(("201 Created", body)) as url, pytest.raises(UnknownOutcome):
        twilio(url).make_call(to="+14155550111", from_="+14155550100")


def test_the_record_of_another_call_or_room_proves_nothing():
    with answers(("200 OK", OVER)) as url, pytest.raises(UnknownOutcome):
        twilio(url).end_call("CA2", verify_first=True)
    ended = {"call": {"id": "r1", "type": "default", "ended_at": 1}, "duration": "1ms"}
    with answers(("200 OK", ended)) as url, pytest.raises(UnknownOutcome):
        getstream(url).end_room("default", "r2", verify_first=True)


@pytest.mark.parametrize(
    "odd", [{"duration": "²"}, {"duration": 1.5}, {"end_time": 5}, {"end_time": "soon"}, {"status": None}]
)
def test_a_field_that_twilio_garbles_spoils_nothing_else(odd):
    with answers(("200 OK", OVER | odd)) as url:
        assert twilio(url).call_status("CA1").id == "CA1"


@pytest.mark.parametrize("calls", [None, 5, {}, [5], [{"sid": None}]])
def test_a_list_that_is_none_is_not_taken_for_no_calls(calls):
    with answers(("200 OK", {"calls": calls})) as url, pytest.raises(Unavailable):
        twilio(url).find_calls(to="+14155550111", from_="+14155550100", since=datetime.now(UTC))


def test_a_404_that_is_not_getstreams_own_does_not_mean_that_a_room_is_gone():
    with answers(("404 Not Found", b"<html>wrong host</html>")) as url:
        for ask in (getstream(url).end_room, getstream(url).delete_room):
            with pytest.raises(UnknownOutcome):
                ask("default", "r1")


@pytest.mark.parametrize("ended_at", [1e30, float("nan"), -1e30, "2026-11-21T02:59:17.123456789Z", {}])
def test_any_time_of_getstreams_is_survived(ended_at):
    call = {"id": "r1", "type": "default", "ended_at": ended_at}
    with answers(("200 OK", {"call": call})) as url:
        assert getstream(url).room("default", "r1").id == "r1"


@pytest.mark.parametrize("odd", ["a/b?c#d", "../x", "é ü", "%2e"])
def test_ids_cannot_leave_their_place_in_the_path(odd, sandbox, sandbox_url):
    stream = build_adapter("getstream", {"api_key": "k", "api_secret": "s" * 32}, base_url=sandbox_url)
    assert stream.open_room("default", odd, created_by="h").id == odd
    stream.end_room("default", odd)
    assert sandbox.effects("end_room", odd) == 1


@pytest.mark.parametrize("odd", ["", ".", ".."])
def test_an_id_that_is_none_is_refused_here(odd):
    nowhere = "http://127.0.0.1:9"
    ends = (
        twilio(nowhere).end_call,
        vobiz(nowhere).end_call,
        lambda id: vobiz(nowhere).stop_fork(StreamRef("c1", id=id or "..")),
        lambda id: twilio(nowhere).stop_fork(StreamRef(id, name="n")),
        partial(getstream("").end_room, "default"),
    )
    for end in ends:
        with pytest.raises(Rejected) as raised:
            end(odd)
        assert raised.value.code == "bad_id"
