"""GetStream's webhooks: verified over the bytes before compression; unknown types and fields are accepted."""

import gzip
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest

from providers.errors import BadSignature, Rejected
from providers.events import StreamNews
from providers.getstream import events
from providers.getstream.events import parse, redacted

KEY, SECRET = "app-key", "app-secret"
CALL = {
    "type": "default",
    "id": "room-1",
    "cid": "default:room-1",
    "current_session_id": "",
    "ended_at": None,
}
AT = 1_795_229_868_438_000_000
WHEN = datetime(2026, 11, 21, 2, 57, 48, 438000, UTC)


def sign(body, secret=SECRET):
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def send(kind, secret=SECRET, zipped=False, headers=None, **more):
    event = {"type": kind, "created_at": AT, "call_cid": "default:room-1", "call": CALL} | more
    body = json.dumps(event).encode()
    sent = {
        "X-Signature": sign(body, secret),
        "X-API-KEY": KEY,
        "X-WEBHOOK-ID": "w1",
        "X-WEBHOOK-ATTEMPT": "1",
    }
    return parse(KEY, SECRET, sent | (headers or {}), gzip.compress(body) if zipped else body)


def test_the_signature_is_the_hex_hmac_of_the_raw_body():
    """The value was computed apart from this code (openssl dgst -sha256 -hmac app-secret)."""
    body = b'{"type":"call.session_ended","call_cid":"default:room-1","session_id":"s1"}'
    vector = "415ebaaec218cbde40f6e853e876cbc9f9bd46982ac00c3d62922e179d5c2f24"
    assert parse(KEY, SECRET, {"x-signature": vector}, body).kind == "session_ended"


@pytest.mark.parametrize("zipped", [False, True])
def test_an_event_is_read_zipped_or_not(zipped):
    event = send(
        "call.ended", zipped=zipped, call=CALL | {"ended_at": AT}, reason="max-duration", user={"id": "mod"}
    )
    assert event.dedup_key.startswith("sha256:")
    assert (event.kind, event.type) == ("ended", "call.ended")
    assert (event.resource, event.resource_type, event.status) == ("room-1", "default", "ended")
    assert event.occurred_at == event.ended_at == WHEN
    assert event.details == {"reason": "max-duration", "by": "mod"}


FORGED = {
    "another secret": lambda: send("call.ended", secret="x"),
    "no signature": lambda: parse(KEY, SECRET, {}, b'{"type": "call.ended"}'),
    "signature in capitals": lambda: send("call.ended", headers={"X-Signature": sign(b"{}").upper()}),
    "another app": lambda: send("call.ended", headers={"X-API-KEY": "another"}),
    "another body": lambda: send("call.ended", headers={"X-Signature": sign(b"{}")}),
    "signed after compression": lambda: parse(
        KEY, SECRET, {"x-signature": sign(gzip.compress(b"{}"))}, gzip.compress(b"{}")
    ),
    "broken gzip": lambda: parse(KEY, SECRET, {"x-signature": "x"}, b"\x1f\x8bnonsense"),
    "gzip cut short": lambda: parse(
        KEY, SECRET, {"x-signature": sign(b"{}" * 999)}, gzip.compress(b"{}" * 999)[:-9]
    ),
    "a bomb": lambda: parse(KEY, SECRET, {"x-signature": "x"}, gzip.compress(b"0" * 50_000_000)),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_what_is_not_signed_so_is_refused(forge):
    with pytest.raises(BadSignature):
        forge()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"nonsense", b'{"type": 5}', b'{"call_cid": "default:x"}', b"\xff"]
)
def test_what_is_signed_and_no_event_is_malformed(body):
    with pytest.raises(Rejected) as raised:
        parse(KEY, SECRET, {"X-SIGNATURE": sign(body)}, body)
    assert raised.value.code == "malformed"


@pytest.mark.parametrize(
    ("kind", "event_kind"),
    [
        ("call.live_started", "started"),
        ("call.session_started", "session_started"),
        ("call.session_participant_joined", "session_started"),
        ("call.session_participant_left", "other"),
        ("call.session_ended", "session_ended"),
        ("call.ended", "ended"),
        ("call.deleted", "room_deleted"),
        ("call.recording_started", "other"),
        ("call.recording_ready", "other"),  # without a recording
        ("call.stats_report_ready", "other"),
        ("call.invented_tomorrow", "other"),
        ("message.new", "other"),
    ],
)
def test_every_type_is_an_event(kind, event_kind):
    assert send(kind).kind == event_kind


def test_the_session_that_ends_because_the_call_ended_ends_the_call():
    event = send("call.session_ended", call=CALL | {"ended_at": "2026-11-21T02:57:48.438Z"})
    assert (event.kind, event.ended_at) == ("ended", WHEN)


@pytest.mark.parametrize("at", [AT, "2026-11-21T02:57:48.438Z", "2026-11-21T02:57:48.438+00:00", AT / 1])
def test_times_are_nanoseconds_or_iso(at):
    assert abs((send("call.session_ended", created_at=at).occurred_at - WHEN).total_seconds()) < 0.001


def test_a_recording_has_no_call_but_a_cid():
    url = "https://x.example/f.mp4?Expires=1796439468&Signature=s&Key-Pair-Id=k"
    file = {
        "filename": "f.mp4",
        "url": url,
        "start_time": AT - 60 * 10**9,
        "end_time": AT,
        "session_id": "s1",
    }
    event = send("call.recording_ready", call=None, call_recording=file)
    assert (event.kind, event.resource) == ("recording", "room-1")
    assert (event.recording.id, event.recording.duration, event.recording.ended_at) == ("f.mp4", 60, WHEN)
    assert event.recording.expires_at == datetime(2026, 12, 5, 2, 57, 48, tzinfo=UTC)


def test_an_event_is_known_by_its_bytes_whatever_id_its_delivery_has():
    keys = {
        send(kind, headers={"X-WEBHOOK-ID": delivery}, zipped=zipped).dedup_key
        for kind in ("call.ended", "call.created")
        for delivery in ("", "w1", "w2")
        for zipped in (False, True)
    }
    assert len(keys) == 2
    assert all(key.startswith("sha256:") for key in keys)


@pytest.mark.parametrize("junk", [None, 5, [], "text", {"ended_at": {}}, {"session": 7}])
def test_parts_of_another_shape_break_nothing(junk):
    event = send("call.ended", call=junk, call_cid=junk, call_recording=junk, user=junk, created_at=junk)
    assert event.kind == "ended"


def test_there_is_a_bound_to_what_is_unzipped():
    assert events.MAX_BODY <= 8 * 1024 * 1024


PARTICIPANT = {
    "user": {"id": "anna", "name": "Anna", "role": "user"},
    "user_session_id": "s-1",
    "role": "host",
    "joined_at": AT - 60_000_000_000,
}


def test_who_joined_and_left():
    joined = send("call.session_participant_joined", participant=PARTICIPANT).participant
    assert (joined.identity, joined.stay_id, joined.name, joined.role) == ("anna", "s-1", "Anna", "host")
    assert (WHEN - joined.joined_at, joined.left_at) == (timedelta(seconds=60), None)
    left = send("call.session_participant_left", participant=PARTICIPANT).participant
    assert (left.joined_at, left.left_at) == (joined.joined_at, WHEN)


@pytest.mark.parametrize(
    "participant", [None, 3, [], {}, {"user": {"id": "a"}}, {"user": [], "user_session_id": "s"}]
)
def test_a_participant_without_an_identity_or_a_stay_is_none(participant):
    assert send("call.session_participant_joined", participant=participant).participant is None


def test_other_events_are_about_no_participant():
    assert send("call.session_started", participant=PARTICIPANT).participant is None


@pytest.mark.parametrize(
    ("change", "status"), [("started", "live"), ("stopped", "stopped"), ("failed", "failed")]
)
def test_a_broadcast_is_known_by_its_name_and_looked_at(change, status):
    event = send(f"call.rtmp_broadcast_{change}", name="n1.1")
    assert (event.kind, event.resource, event.stream) == ("stream", "room-1", StreamNews(status, name="n1"))


def test_hls_is_known_by_the_name_in_its_call_or_by_the_call():
    named = CALL | {"custom": {"livestream": "n1"}}
    for call, name in ((named, "n1"), (CALL, "")):
        event = send("call.hls_broadcasting_stopped", call=call)
        assert (event.kind, event.stream) == ("stream", StreamNews("stopped", name=name))


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_the_keys_of_targets_are_stored_nowhere(pack):
    target = {"name": "x", "stream_key": "secret-key", "stream_url": "rtmp://x.example/app"}
    stored = redacted(pack(json.dumps({"call": {"egress": {"rtmps": [target]}}}).encode()))
    assert b"secret-key" not in stored and b"rtmp://" not in stored
    plain = pack(b'{"type": "x"}')
    assert redacted(plain) == plain
