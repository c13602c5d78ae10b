"""Plivo and Vobiz: the official package works against the sandbox, and our adapters send what it sends."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from plivo.exceptions import AuthenticationError, ResourceNotFoundError, ValidationError

from providers.base import FindsCalls, LegOptions, ListsLive, MakesCalls, ReportsCalls
from providers.errors import NotSupported, Rejected, UnknownOutcome
from providers.registry import build_adapter
from providers.streams import AudioFork, ListsForks, StreamRef
from tests.support.plivo_sdk import plivo_client
from tests.support.request_recorder import recorder
from tests.support.sandbox import SECRET

AUTH_ID = "MA" + "X" * 18
NUMBERS = {"to": "+14155550111", "from_": "+14155550100"}
URL = "http://127.0.0.1:9/answer"
ROOT = {"plivo": "", "vobiz": "/api"}  # before /v1


def fork(**fields):
    name = uuid.uuid4()
    more = {"name": name.hex, "service_url": "wss://bot.example/ws"}
    return AudioFork(**more | {"status_callback": f"https://us.example/e?stream={name}"} | fields)


@pytest.fixture(params=["plivo", "vobiz"])
def adapter(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def call_id(adapter):
    return adapter.make_call(**NUMBERS, url=URL).id


def test_it_has_every_capability_of_a_phone_provider_that_forks_audio(adapter):
    for capability in (MakesCalls, FindsCalls, ReportsCalls, ListsLive, ListsForks):
        assert isinstance(adapter, capability)


def test_a_call_is_made_found_read_and_ended(adapter, sandbox, call_id):
    assert adapter.call_status(call_id).status == "live"
    assert call_id in adapter.live_ids()
    since = datetime.now(UTC) - timedelta(seconds=30)
    numbers = {"to": NUMBERS["to"], "from_": NUMBERS["from_"], "since": since}
    assert [leg.id for leg in adapter.find_calls(**numbers)] == [call_id]
    ended = adapter.end_call(call_id)
    assert (ended.status, ended.raw_status, ended.duration) == ("ended", "completed", 0)
    assert adapter.live_ids() == frozenset()
    assert [leg.status for leg in adapter.find_calls(**numbers)] == ["ended"]
    assert adapter.find_calls(**numbers | {"since": datetime.now(UTC) + timedelta(seconds=9)}) == []


@pytest.mark.parametrize(
    ("number", "status"), [("0190", "busy"), ("0191", "no-answer"), ("0192", "failed"), ("0193", "ringing")]
)
def test_who_does_not_answer_is_told_by_the_record(adapter, number, status):
    call_id = adapter.make_call(to=f"+1415555{number}", from_=NUMBERS["from_"], url=URL).id
    assert adapter.call_status(call_id).raw_status == status
    if status == "ringing":
        assert adapter.end_call(call_id).raw_status == "canceled"


def test_a_call_that_nobody_knows_is_over(adapter):
    leg = adapter.end_call(str(uuid.uuid4()))
    assert (leg.status, leg.ended_at) == ("ended", None)


def test_what_it_cannot_do_is_refused_before_anything_is_sent(adapter, sandbox):
    made = len(sandbox.ledger(operation="create_call"))
    for fields in (
        {"twiml": "<Response/>"},
        {},
        {"url": URL, "options": LegOptions(record=True)},
    ):
        with pytest.raises(NotSupported):
            adapter.make_call(**NUMBERS, **fields)
    assert len(sandbox.ledger(operation="create_call")) == made


def test_an_extension_is_dialled_by_plivo_alone(plivo, vobiz):
    options = LegOptions(send_digits="12")
    assert plivo.make_call(**NUMBERS, url=URL, options=options).id
    with pytest.raises(NotSupported, match="extension"):
        vobiz.make_call(**NUMBERS, url=URL, options=options)


def test_a_fork_is_started_found_by_our_name_and_stopped_once(adapter, sandbox, call_id):
    asked = fork()
    started = adapter.start_fork(call_id, asked)
    listed = adapter.forks(call_id)
    assert [(each.id, each.name, each.status) for each in listed] == [(started.id, asked.name, "live")]
    assert started.id in sandbox.live_streams()[adapter.provider]
    assert adapter.stop_fork(StreamRef(call_id, id=started.id)) == "stopped"
    assert adapter.stop_fork(StreamRef(call_id, id=started.id)) == "not_running"
    assert sandbox.effects("stop_stream", started.id) == 1
    over = adapter.forks(call_id)[0]
    assert (over.status, over.name) == ("stopped", asked.name) and over.ended_at


def test_a_fork_whose_id_was_lost_is_stopped_by_our_name(adapter, sandbox, call_id):
    asked, other = fork(), fork(service_url="wss://other.example/ws")
    sandbox.add_fault("start_stream", "act_then_timeout", resource=call_id)
    with pytest.raises(UnknownOutcome):
        adapter.start_fork(call_id, asked)
    kept = adapter.start_fork(call_id, other)
    assert adapter.stop_fork(StreamRef(call_id, name=asked.name)) == "stopped"
    assert sandbox.live_streams()[adapter.provider].count(kept.id) == 1
    assert adapter.stop_fork(StreamRef(call_id, name="never started")) == "not_running"


def test_the_forks_of_many_pages_are_listed(adapter, call_id):
    for number in range(23):
        adapter.start_fork(call_id, fork(service_url=f"wss://bot.example/{number}"))
    assert len({each.id for each in adapter.forks(call_id)}) == 23


@pytest.mark.parametrize("fault", ["act_then_timeout", "act_then_reset", "bad_json", "500", "json_200"])
def test_a_stop_whose_answer_was_lost_is_an_unknown_outcome(adapter, sandbox, call_id, fault):
    started = adapter.start_fork(call_id, fork())
    sandbox.add_fault("stop_stream", fault, resource=started.id)
    with pytest.raises(UnknownOutcome):
        adapter.stop_fork(StreamRef(call_id, id=started.id))


def test_the_end_of_a_call_ends_its_forks(adapter, sandbox, call_id):
    started = adapter.start_fork(call_id, fork())
    adapter.end_call(call_id)
    assert started.id not in sandbox.live_streams()[adapter.provider]
    assert adapter.stop_fork(StreamRef(call_id, id=started.id)) == "not_running"
    with pytest.raises(Rejected) as raised:
        adapter.start_fork(call_id, fork())
    assert raised.value.code == "not_found"
    assert adapter.forks(str(uuid.uuid4())) == []


def test_wrong_credentials_are_refused(adapter, sandbox_url, call_id):
    given = {"auth_id": adapter._id, "auth_token": "another"}
    other = build_adapter(adapter.provider, given, base_url=sandbox_url, key="other")
    for ask in (other.check_credentials, lambda: other.end_call(call_id)):
        with pytest.raises(Rejected) as raised:
            ask()
        assert raised.value.code == "auth"


# What the official package does.


def test_the_official_package_works_against_the_sandbox(adapter, sandbox_url):
    with plivo_client(sandbox_url + ROOT[adapter.provider], adapter._id, SECRET) as client:
        made = client.calls.create(from_="14155550100", to_="14155550111", answer_url=URL)
        call_id = made.request_uuid
        assert client.live_calls.get(call_id).call_status == "in-progress"
        assert client.live_calls.list_ids().calls == [call_id]
        started = client.calls.start_stream(call_id, service_url="wss://bot.example/ws", bidirectional=True)
        assert client.calls.get_details_of_specific_stream(call_id, started.stream_id).status == "in-progress"
        assert [each.stream_id for each in client.calls.get_all_streams(call_id).objects] == [
            started.stream_id
        ]
        assert client.calls.delete_specific_stream(call_id, started.stream_id) is None
        with pytest.raises(ResourceNotFoundError, match="Stream not found"):
            client.calls.delete_specific_stream(call_id, started.stream_id)
        assert client.calls.delete_all_streams(call_id) is None
        with pytest.raises(ValidationError):
            client.calls.start_stream(call_id, service_url="https://bot.example")
        assert client.calls.hangup(call_id) is None
        with pytest.raises(ResourceNotFoundError):
            client.calls.hangup(call_id)
    stranger = plivo_client(sandbox_url + ROOT[adapter.provider], adapter._id, "wrong")
    with stranger as client, pytest.raises(AuthenticationError):
        client.live_calls.list_ids()


def test_the_official_package_tries_a_stop_again(plivo, sandbox, sandbox_url):
    call_id = plivo.make_call(**NUMBERS, url=URL).id
    started = plivo.start_fork(call_id, fork())
    sandbox.add_fault("stop_stream", "503", resource=started.id, times=2)
    with plivo_client(sandbox_url, plivo._id, SECRET) as client:
        assert client.calls.delete_specific_stream(call_id, started.id) is None
    assert sandbox.effects("stop_stream", started.id) == 1


def ours(url):
    return build_adapter("plivo", {"auth_id": AUTH_ID, "auth_token": SECRET}, base_url=url, key=url)


def test_what_is_sent_equals_what_the_official_package_sends():
    """Its package sends the ids of the path in each body too, and defaults that nobody asked for."""
    callback = "https://us.example/e?call=1"
    asked = fork(track="inbound", bidirectional=True, encoding="x-mulaw", parameters={"a": "1", "b": "2"})
    answer = {"api_id": "1", "request_uuid": "c1", "stream_id": "s1", "message": "done"}
    with recorder(answer) as (url, seen), plivo_client(url, AUTH_ID, SECRET) as client:
        client.calls.create(
            from_=NUMBERS["from_"],
            to_=NUMBERS["to"],
            answer_url=URL,
            ring_url=callback,
            hangup_url=callback,
            send_digits="12",
            time_limit=60,
            machine_detection="true",
            machine_detection_url=callback,
        )
        options = LegOptions(send_digits="12", time_limit=60, machine_detection="enable")
        ours(url).make_call(**NUMBERS, url=URL, status_callback=callback, options=options)
        client.calls.start_stream(
            "c1",
            asked.service_url,
            bidirectional="true",
            audio_track="inbound",
            stream_timeout=asked.max_seconds,
            status_callback_url=asked.status_callback,
            status_callback_method="POST",
            content_type="audio/x-mulaw;rate=8000",
            extra_headers="a=1,b=2",
        )
        ours(url).start_fork("c1", asked)
        client.calls.delete_specific_stream("c1", "s1")
        ours(url).stop_fork(StreamRef("c1", id="s1"))
    for theirs, own in zip(seen[::2], seen[1::2], strict=True):
        assert (own.method, own.path) == (theirs.method, theirs.path)
        assert own.headers["authorization"] == theirs.headers["authorization"]
        sent, expected = own.document or {}, theirs.document or {}
        assert {name: expected.get(name) for name in sent} == sent
    started = {k: v for k, v in seen[2].document.items() if k != "call_uuid"}
    assert seen[3].document == started, "the whole body of a start"


@pytest.mark.parametrize("answer", [{}, {"request_uuid": 5}, {"request_uuid": ""}, {"sid": "CA1"}])
def test_an_answer_that_names_no_call_is_an_unknown_outcome(answer):
    with recorder(answer, 201) as (url, _), pytest.raises(UnknownOutcome):
        ours(url).make_call(**NUMBERS, url=URL)
