"""The audio streams of a call: start, list, get, stop one, stop all."""

import time
from uuid import uuid4

import pytest

from calls.lifecycle.end import end
from calls.models import MediaStream, StreamStep
from liveplatform.accounts.models import Account
from tests.calls.api.audio_streams import shapes
from tests.calls.streams.streams import stream
from tests.support.api_client import ApiClient
from tests.support.concurrency import at_once
from tests.support.draining import drain
from tests.support.factories import phone_call, video_call

pytestmark = pytest.mark.django_db(transaction=True)


def started(answer) -> MediaStream:
    assert answer.status_code == 202, answer.content
    return MediaStream.objects.get(pk=shapes.Started(**answer.json()).stream_id)


def refused(answer, word: str) -> None:
    assert answer.status_code == 400, answer.content
    assert word in shapes.Problem(**answer.json()).error


class TestStart:
    def test_forks_the_audio_and_says_so_in_vobiz_words(self, forks):
        call = forks.dial()
        one = started(forks.start(call))
        assert forks.running() == [one.provider_stream_id]
        assert (one.status, one.call_id, one.kind) == ("live", call.pk, "audio")
        assert (one.parameters["track"], one.parameters["bidirectional"]) == ("both", False)

    def test_plivo_names_the_request_too(self, forks):
        call = forks.dial()
        answer = forks.api("POST", forks.address(call, root="/v1"), {"service_url": forks.bot_url})
        told = shapes.PlivoStarted(**answer.json())
        assert answer.status_code == 202 and told.api_id == answer["X-Request-ID"]

    @pytest.mark.parametrize("said", [True, "true", "True", " TRUE ", 1, "1"])
    def test_true_is_true_however_it_is_written(self, forks, said):
        """Vobiz takes a JSON boolean too, and then forks one way without a word."""
        one = started(forks.start(forks.dial(), bidirectional=said))
        assert (one.parameters["bidirectional"], one.parameters["track"]) == (True, "inbound")
        (sent,) = forks.sandbox.ledger(operation="start_stream")[-1:]
        assert sent["effect"]

    @pytest.mark.parametrize("said", [False, "false", None, 0])
    def test_false_is_false(self, forks, said):
        one = started(forks.start(forks.dial(), bidirectional=said, audio_track="outbound"))
        assert (one.parameters["bidirectional"], one.parameters["track"]) == (False, "outbound")

    @pytest.mark.parametrize("track", ["both", "outbound"])
    def test_a_bidirectional_stream_of_another_track_is_refused_with_the_reason(self, forks, track):
        refused(forks.start(forks.dial(), bidirectional="true", audio_track=track), "inbound track")
        assert not MediaStream.objects.exists()

    @pytest.mark.parametrize(
        ("fields", "codec"),
        [
            ({}, "audio/x-l16;rate=8000"),
            ({"content_type": "audio/x-l16;rate=16000"}, "audio/x-l16;rate=16000"),
            ({"content_type": "audio/x-mulaw; rate=8000"}, "audio/x-mulaw;rate=8000"),
            ({"audio_format": "mulaw"}, "audio/x-mulaw;rate=8000"),
            ({"audio_format": "pcm"}, "audio/x-l16;rate=8000"),
            ({"audio_format": "pcm", "content_type": "audio/x-l16;rate=16000"}, "audio/x-l16;rate=16000"),
            ({"audio_format": None, "content_type": ""}, "audio/x-l16;rate=8000"),
        ],
    )
    def test_both_fields_of_the_codec_are_known(self, forks, fields, codec):
        assert started(forks.start(forks.dial(), **fields)).parameters["content_type"] == codec

    @pytest.mark.parametrize(
        ("fields", "word"),
        [
            ({"service_url": ""}, "service_url"),
            ({"service_url": "https://bot.example.com/ws"}, "wss://"),
            ({"service_url": "wss://me:pw@bot.example.com/ws"}, "user name"),
            ({"service_url": "wss://10.0.0.1/ws"}, "internal"),
            ({"service_url": "wss://metadata.internal/ws"}, "internal"),
            ({"service_url": "wss://" + "x" * 2000}, "service_url"),
            ({"status_callback_url": "http://10.0.0.1/"}, "internal"),
            ({"status_callback_method": "PUT"}, "POST or GET"),
            ({"content_type": "audio/x-l16;rate=24000"}, "content_type"),
            ({"content_type": "audio/x-l16;rate=8000", "audio_format": "mulaw"}, "different codecs"),
            ({"audio_track": "left"}, "inbound or outbound or both"),
            ({"stream_timeout": 0}, "stream_timeout"),
            ({"stream_timeout": 86_401}, "stream_timeout"),
            ({"stream_timeout": "soon"}, "stream_timeout"),
            ({"bidirectional": "perhaps"}, "bidirectional"),
            ({"extra_headers": "a:b c"}, "letters"),
            ({"extra_headers": "a:" + "b" * 511}, "512"),
        ],
    )
    def test_what_is_wrong_is_named(self, forks, fields, word):
        refused(forks.start(forks.dial(), **fields), word)
        assert not MediaStream.objects.exists()

    def test_ws_is_for_development_only(self, forks, settings):
        settings.WEBHOOK_ALLOW_HTTP = False
        refused(forks.start(forks.dial()), "wss://")

    def test_it_has_a_maximum_duration(self, forks):
        Account.objects.filter(pk=forks.account.pk).update(stream_time_limit=600)
        call = forks.dial()
        assert started(forks.start(call)).max_seconds == 600
        other = started(forks.start(call, service_url=f"{forks.bot_url}?b=2", stream_timeout="1200"))
        assert other.max_seconds == 1200

    def test_headers_reach_the_provider_and_are_kept_sealed(self, forks):
        one = started(forks.start(forks.dial(), extra_headers="token:s3cret,room:7".replace("3", "e")))
        assert one.secrets()["parameters"] == {"token": "secret", "room": "7"}
        assert "secret" not in str(one.parameters)

    def test_what_it_does_not_know_is_ignored(self, forks):
        call = forks.dial()
        started(forks.start(call, call_uuid=str(call.pk), noise_cancellation=True, cx_bot={"a": 1}))

    def test_a_form_is_as_good_as_json(self, forks):
        call = forks.dial()
        body = f"service_url={forks.bot_url}&bidirectional=true&stream_timeout=60".encode()
        answer = forks.api(
            "POST", forks.address(call), body, Content_Type="application/x-www-form-urlencoded"
        )
        assert started(answer).parameters["bidirectional"] is True

    def test_of_a_call_that_has_ended_there_is_none(self, forks):
        call = forks.dial()
        end(call.pk, account_id=forks.account.pk, actor="test")
        answer = forks.start(call)
        assert answer.status_code == 404 and "ended" in shapes.Problem(**answer.json()).error

    @pytest.mark.parametrize("make", [video_call, phone_call])
    def test_of_calls_that_cannot_be_forked_there_is_none(self, forks, make):
        answer = forks.start(make(forks.account, provider_call_id=""))
        assert answer.status_code in (400, 404)
        assert not MediaStream.objects.exists()

    def test_of_another_accounts_call_there_is_none(self, forks):
        theirs = phone_call(Account.objects.create(name="theirs"))
        answer = forks.start(theirs)
        assert (answer.status_code, answer.json()["error"]) == (404, "Call not found")

    @pytest.mark.parametrize(("fault", "status"), [("400", 400), ("401", 400), ("429", 502)])
    def test_a_provider_that_fails_leaves_none_behind(self, forks, fault, status):
        """SDKs repeat what is answered 5xx: only what may succeed then."""
        call = forks.dial()
        forks.sandbox.add_fault("start_stream", fault, times=5)
        answer = forks.start(call)
        assert answer.status_code == status, answer.content
        shapes.Problem(**answer.json())
        assert MediaStream.objects.get().status == "failed"
        forks.sandbox.reset()
        started(forks.start(call))
        assert len(forks.running()) == 1

    def test_after_a_500_nobody_knows_so_workers_find_out(self, forks):
        """The provider may have started it. It is on record, is looked for, and is not asked for again."""
        forks.sandbox.add_fault("start_stream", "500")
        one = started(forks.start(forks.dial()))
        assert one.status == "starting"
        assert StreamStep.objects.get(stream=one, kind="start").state == "pending"


class TestRepeatedStart:
    """SDKs repeat a start whose answer they did not get."""

    def test_the_same_start_again_is_the_same_stream(self, forks):
        call = forks.dial()
        first, second = started(forks.start(call)), started(forks.start(call))
        assert first == second and len(forks.running()) == 1

    def test_at_once_they_are_one_stream(self, forks):
        call = forks.dial()
        found = {started(answer) for answer in at_once(4, lambda _: forks.start(call))}
        assert len(found) == 1 and len(forks.running()) == 1

    def test_another_start_to_the_same_url_is_refused(self, forks):
        call = forks.dial()
        one = started(forks.start(call))
        refused(forks.start(call, stream_timeout=60), str(one.pk))
        assert len(forks.running()) == 1

    def test_the_same_start_much_later_is_refused(self, forks):
        call = forks.dial()
        one = started(forks.start(call))
        MediaStream.objects.filter(pk=one.pk).update(created_at="2026-01-01T00:00:00Z")
        refused(forks.start(call), "already")

    def test_after_its_stop_it_starts_anew(self, forks):
        call = forks.dial()
        one = started(forks.start(call))
        assert forks.api("DELETE", forks.address(call)).status_code == 204
        assert started(forks.start(call)) != one and len(forks.running()) == 1

    def test_another_clients_same_start_is_refused(self, forks):
        call = forks.dial()
        started(forks.start(call))
        other = ApiClient(forks.account)
        refused(other("POST", forks.address(call), {"service_url": forks.bot_url}), "already")

    def test_two_urls_are_two_streams_of_one_call(self, forks):
        call = forks.dial()
        one = started(forks.start(call, service_url=f"{forks.bot_url}?leg=1"))
        two = started(forks.start(call, service_url=f"{forks.bot_url}?leg=2"))
        forks.api("DELETE", forks.address(call, f"Stream/{one.pk}/"))
        assert forks.running() == [two.provider_stream_id]

    def test_an_idempotency_key_gets_the_stored_answer(self, forks):
        call = forks.dial()
        first = forks.start(call, Idempotency_Key="k")
        again = forks.start(call, Idempotency_Key="k")
        assert started(first) == started(again) and again["Idempotency-Replayed"] == "true"

    @pytest.mark.parametrize("fault", ["act_then_timeout", "act_then_reset"])
    def test_a_start_whose_answer_is_lost_is_asked_for_once(self, forks, fault):
        call = forks.dial()
        forks.sandbox.add_fault("start_stream", fault)
        began = time.monotonic()
        one, again = started(forks.start(call)), started(forks.start(call))
        assert one == again and time.monotonic() - began < 8
        assert len(forks.sandbox.ledger(operation="start_stream", resource=call.provider_call_id)) <= 1


class TestSecrets:
    def test_the_query_of_the_url_is_shown_to_those_who_may_write_only(self, forks):
        call = forks.dial()
        url = f"{forks.bot_url}?token=t0psecret"
        told = "https://crm.example.com/told"
        one = started(forks.start(call, service_url=url, status_callback_url=f"{told}?key=t0psecret"))
        assert "t0psecret" not in str(one.parameters) + one.sealed_secrets
        shown = forks.api("GET", forks.address(call, f"Stream/{one.pk}/")).json()
        assert (shown["service_url"], shown["status_callback_url"]) == (url, f"{told}?key=t0psecret")
        reader = ApiClient(forks.account, ("read:live",))
        (listed,) = reader("GET", forks.address(call)).json()["objects"]
        assert (listed["service_url"], listed["status_callback_url"]) == (forks.bot_url, told)

    def test_it_is_in_no_log_and_no_stored_answer(self, forks, caplog, capfd):
        call = forks.dial()
        url = f"{forks.bot_url}?token=t0psecret"
        told = f"{url.replace('ws', 'http', 1)}&b"
        started(forks.start(call, service_url=url, status_callback_url=told, Idempotency_Key="k"))
        drain(StreamStep)
        forks.sandbox.add_fault("start_stream", "400")
        refused(forks.start(call, service_url=f"{url}2"), "")
        logged = capfd.readouterr()
        assert "t0psecret" not in caplog.text + logged.out + logged.err
        assert not MediaStream.objects.filter(steps__result__icontains="t0psecret").exists()
        assert not MediaStream.objects.filter(steps__error__icontains="t0psecret").exists()


class TestRead:
    def test_one_stream_has_the_documented_keys(self, forks):
        call = forks.dial()
        one = started(forks.start(call, status_callback_url="https://app.example.com/s"))
        shown = shapes.OneStream(**forks.api("GET", forks.address(call, f"Stream/{one.pk}/")).json())
        assert (shown.status, shown.end_time, shown.sampling_rate) == ("in-progress", None, 8000)
        assert shown.resource_uri == forks.address(call, f"Stream/{one.pk}/")
        assert shown.status_callback_url == "https://app.example.com/s"

    def test_the_list_is_vobiz_or_plivos(self, forks):
        call = phone_call(forks.account)
        made = [stream(forks.account, call=call) for _ in range(3)]
        vobiz = shapes.Streams(**forks.api("GET", forks.address(call) + "?limit=2&offset=2").json())
        assert (vobiz.page, vobiz.per_page, vobiz.total) == (2, 2, 3)
        assert [each.stream_id for each in vobiz.objects] == [str(made[0].pk)]
        address = forks.address(call, root="/v1")
        plivo = shapes.PlivoStreams(**forks.api("GET", f"{address}?limit=2").json())
        assert (plivo.meta.total_count, plivo.meta.next) == (3, f"{address}?limit=2&offset=2")
        last = shapes.PlivoStreams(**forks.api("GET", plivo.meta.next).json())
        assert (last.meta.next, last.meta.previous) == (None, f"{address}?limit=2&offset=0")

    def test_states_are_the_vendors(self, forks):
        call = phone_call(forks.account)
        for status in ("starting", "live", "stopping", "stopped", "failed"):
            stream(forks.account, call=call, status=status)
        shown = shapes.Streams(**forks.api("GET", forks.address(call)).json()).objects
        assert [each.status for each in shown] == ["failed", "completed", *["in-progress"] * 3]

    @pytest.mark.parametrize(
        "query", ["limit=0", "limit=101", "limit=x", "offset=-1", "offset=9999999999", "limit=١"]
    )
    def test_a_page_that_makes_no_sense_is_refused(self, forks, query):
        refused(forks.api("GET", forks.address(phone_call(forks.account)) + f"?{query}"), "whole number")


class TestStop:
    def test_204_then_404(self, forks):
        call = forks.dial()
        one = started(forks.start(call))
        address = forks.address(call, f"Stream/{one.pk}/")
        answer = forks.api("DELETE", address)
        assert (answer.status_code, answer.content) == (204, b"")
        assert forks.running() == []
        again = forks.api("DELETE", address)
        assert again.status_code == 404
        assert shapes.Problem(**again.json()).error == "Stream not found"
        one.refresh_from_db()
        assert (one.status, one.outcome) == ("stopped", "stopped")

    @pytest.mark.parametrize("stream_id", ["D2F7CB55-1433-4815-A413-2C53BBB372F1", "x", "ü", "0", "null"])
    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_an_unknown_stream_is_404(self, forks, method, stream_id):
        answer = forks.api(method, forks.address(forks.dial(), f"Stream/{stream_id}/"))
        assert (answer.status_code, answer.json()["error"]) == (404, "Stream not found")

    def test_a_stream_of_another_call_is_404_and_runs_on(self, forks):
        call, other = forks.dial(), forks.dial()
        one = started(forks.start(call))
        answer = forks.api("DELETE", forks.address(other, f"Stream/{one.pk}/"))
        assert (answer.status_code, answer.json()["error"]) == (404, "Stream not found")
        assert len(forks.running()) == 1

    @pytest.mark.parametrize("fault", ["act_then_timeout", "timeout", "500", "act_then_reset", "html"])
    def test_what_is_not_confirmed_is_204_in_time_and_is_carried_on(self, forks, fault):
        call = forks.dial()
        one = started(forks.start(call))
        forks.sandbox.add_fault("stop_stream", fault, times=3)
        began = time.monotonic()
        assert forks.api("DELETE", forks.address(call, f"Stream/{one.pk}/")).status_code == 204
        assert time.monotonic() - began < 4
        one.refresh_from_db()
        assert one.stop_requested_at is not None

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (b'{"call_uuid": "x", "stream_id": "y"}', "application/json"),
            (b"", "application/json"),
            (b"{", "application/json"),
            (b"a=b", "application/x-www-form-urlencoded"),
            (b"\xff\x00", "text/plain"),
        ],
    )
    def test_a_body_is_ignored(self, forks, body, kind):
        call = forks.dial()
        one = started(forks.start(call))
        answer = forks.api("DELETE", forks.address(call, f"Stream/{one.pk}/"), body, Content_Type=kind)
        assert answer.status_code == 204

    def test_two_at_once_stop_it_once(self, forks):
        call = forks.dial()
        one = started(forks.start(call))
        address = forks.address(call, f"Stream/{one.pk}/")
        answers = at_once(3, lambda _: forks.api("DELETE", address).status_code)
        assert set(answers) <= {204, 404} and 204 in answers
        assert forks.running() == []


class TestStopAll:
    def test_stops_all_streams_of_the_call_and_no_other(self, forks):
        call, other = forks.dial(), forks.dial()
        for number in range(3):
            started(forks.start(call, service_url=f"{forks.bot_url}?n={number}"))
        kept = started(forks.start(other))
        answer = forks.api("DELETE", forks.address(call))
        assert (answer.status_code, answer.content) == (204, b"")
        assert forks.running() == [kept.provider_stream_id]

    def test_204_whatever_there_is_to_stop(self, forks):
        over = phone_call(forks.account)
        end(over.pk, account_id=forks.account.pk, actor="test")
        for call_id in (phone_call(forks.account).pk, over.pk, uuid4(), "nothing"):
            path = f"/api/v1/Account/{forks.account.auth_id}/Call/{call_id}/Stream/"
            assert forks.api("DELETE", path).status_code == 204, call_id

    def test_another_accounts_streams_run_on(self, forks):
        theirs = stream(Account.objects.create(name="theirs"))
        assert forks.api("DELETE", forks.address(theirs.call)).status_code == 204
        theirs.refresh_from_db()
        assert (theirs.status, theirs.stop_requested_at) == ("live", None)

    def test_a_provider_that_hangs_does_not_hold_the_answer(self, forks):
        call = forks.dial()
        for number in range(3):
            started(forks.start(call, service_url=f"{forks.bot_url}?n={number}"))
        forks.sandbox.add_fault("stop_stream", "timeout", times=9)
        began = time.monotonic()
        assert forks.api("DELETE", forks.address(call)).status_code == 204
        assert time.monotonic() - began < 4.5
        assert MediaStream.objects.filter(stop_requested_at=None).count() == 0
