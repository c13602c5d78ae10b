"""Callbacks about media streams: a proven one is applied, any other has the stream looked at."""

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from calls.models import CallMonitor, MediaStream, ProviderEvent
from calls.models.stream_step import StreamStep
from calls.monitoring.schedule import start_monitor
from liveplatform.accounts.connections import upsert_connection
from liveplatform.accounts.models import Account
from tests.calls.streams.streams import stream
from tests.support.draining import drain
from tests.support.factories import phone_call
from tests.support.signed_events import applied, post_twilio, post_vobiz

LATER = timezone.now() + timezone.timedelta(hours=1)


@pytest.fixture
def vobiz(account):
    given = {"auth_id": "MA_BN2MZ1VV", "auth_token": "a-token"}
    return upsert_connection(account, "vobiz", given, base_url="http://127.0.0.1:9")


@pytest.fixture
def call(account, vobiz):
    made = phone_call(account, connection=vobiz, provider="vobiz", provider_call_id="c1", has_streams=True)
    made.refresh_from_db()
    start_monitor(made)
    CallMonitor.objects.update(due_at=LATER)
    return made


@pytest.fixture
def forked(account, call):
    """A live stream whose check is due in an hour; it has a callback of the customer's."""
    asked = {"service_url": "wss://bot.example/ws", "status_callback_url": "https://customer.example/cb"}
    made = stream(account, call=call, provider_stream_id="s1", started_at=Now(), parameters=asked)
    StreamStep.of(made, StreamStep.Kind.CHECK, due_at=LATER).save()
    return made


def told(event, **fields):
    return {"Event": event, "CallUUID": "c1", "StreamID": "s1", "Error": ""} | fields


def is_due(made):
    due_at = StreamStep.objects.get(stream=made, kind=StreamStep.Kind.CHECK).due_at
    return due_at <= timezone.now()


def callbacks(made):
    steps = StreamStep.objects.filter(stream=made, kind=StreamStep.Kind.CALLBACK).order_by("pk")
    return [step.payload for step in steps]


@pytest.mark.django_db
class TestVobiz:
    @pytest.mark.parametrize("event", ["StartStream", "StopStream", "DroppedStream"])
    @pytest.mark.parametrize("token", ["", None])
    def test_it_is_looked_at_and_believed_in_nothing(self, forked, call, vobiz, event, token):
        applied(call, post_vobiz(vobiz, told(event), f"?stream={forked.pk}", token=token))
        forked.refresh_from_db()
        assert (forked.status, is_due(forked)) == (MediaStream.Status.LIVE, True)
        stored = ProviderEvent.objects.get()
        assert (stored.call_id, stored.summary) == (call.pk, "its stream is looked at")

    def test_a_stream_is_known_by_the_providers_id_too(self, forked, call, vobiz):
        applied(call, post_vobiz(vobiz, told("StopStream")))
        assert is_due(forked)

    def test_checkpoints_and_drops_are_passed_on_once_each(self, forked, call, vobiz):
        sent = [
            post_vobiz(vobiz, told("PlayedStream", Name="greeting"), nonce="1" * 20),
            post_vobiz(vobiz, told("PlayedStream", Name="greeting"), nonce="1" * 20),
            post_vobiz(vobiz, told("PlayedStream", Name="farewell")),
            post_vobiz(vobiz, told("ClearedAudio")),
            post_vobiz(vobiz, told("DegradedStream", Error="connection degraded")),
            post_vobiz(vobiz, told("StartStream")),
        ]
        assert [answer.json()["duplicate"] for answer in sent] == [False, True] + [False] * 4
        applied(call, *sent)
        said = sorted((says["event"], says["name"], says["error"]) for says in callbacks(forked))
        assert said == [
            ("ClearedAudio", "", ""),
            ("DegradedStream", "", "connection degraded"),
            ("PlayedStream", "farewell", ""),
            ("PlayedStream", "greeting", ""),
        ]

    def test_what_is_not_signed_is_not_passed_on(self, forked, call, vobiz):
        applied(call, post_vobiz(vobiz, told("PlayedStream", Name="x"), f"?stream={forked.pk}", token=None))
        assert callbacks(forked) == [] and is_due(forked)

    def test_unsigned_floods_are_one_event(self, forked, call, vobiz):
        for number in range(5):
            post_vobiz(vobiz, told("StopStream", Timestamp=str(number)), f"?stream={forked.pk}", token=None)
        assert ProviderEvent.objects.count() <= 2

    def test_an_unsigned_event_about_nothing_of_this_connection_is_refused(self, forked, call, vobiz):
        other = "00000000-0000-7000-8000-000000000001"
        for form, query in ((told("StopStream"), f"?stream={other}"), (told("Hangup"), f"?call={other}")):
            assert post_vobiz(vobiz, form | {"CallUUID": "c9"}, query, token=None).status_code == 403
        assert not ProviderEvent.objects.exists()

    def test_a_signature_of_somebody_else_is_refused(self, forked, vobiz):
        answer = post_vobiz(vobiz, told("StopStream"), f"?stream={forked.pk}", token="another")
        assert answer.status_code == 403 and not is_due(forked)

    @pytest.mark.parametrize("token", ["", None])
    def test_a_calls_hang_up_has_its_monitor_ask(self, call, vobiz, token):
        form = {"Event": "Hangup", "CallUUID": "c1", "CallStatus": "completed"}
        changed = applied(call, post_vobiz(vobiz, form, f"?call={call.pk}", token=token))
        assert not changed.is_over and ProviderEvent.objects.get().summary == "its watch looks"
        assert CallMonitor.objects.get().due_at <= timezone.now()

    def test_who_answered_is_taken_from_a_signed_callback(self, call, vobiz):
        form = {"Event": "MachineDetection", "CallUUID": "c1", "Machine": "true"}
        assert applied(call, post_vobiz(vobiz, form, f"?call={call.pk}")).answered_by == "machine"


@pytest.mark.django_db
class TestTwilio:
    @pytest.fixture
    def forked(self, account):
        call = phone_call(account, provider_call_id="CA1", has_streams=True)
        call.refresh_from_db()
        made = stream(account, call=call, provider_stream_id="MZ1", started_at=Now())
        StreamStep.of(made, StreamStep.Kind.CHECK, due_at=LATER).save()
        return made

    def tell(self, made, event, **fields):
        form = {"CallSid": "CA1", "StreamSid": "MZ1", "StreamName": made.name, "StreamEvent": event} | fields
        answer = post_twilio(made.connection, form, f"?stream={made.pk}")
        applied(made.call, answer)
        made.refresh_from_db()
        return answer

    def test_a_stop_that_is_signed_ends_the_stream(self, forked):
        self.tell(forked, "stream-stopped")
        assert (forked.status, forked.outcome) == ("stopped", "not_running")
        assert forked.stopped_by == "provider:twilio" and forked.stopped_at
        assert self.tell(forked, "stream-stopped").json()["duplicate"]

    def test_a_stop_that_was_asked_for_is_confirmed(self, forked):
        MediaStream.objects.update(status="stopping", stop_requested_at=Now(), outcome="accepted")
        self.tell(forked, "stream-stopped")
        assert (forked.status, forked.outcome) == ("stopped", "stopped")

    def test_after_an_error_the_stream_is_stopped_for_certain(self, forked):
        self.tell(forked, "stream-error", StreamError="handshake failed")
        assert (forked.status, forked.stop_reason) == ("stopping", "handshake failed")
        assert StreamStep.objects.filter(stream=forked, kind=StreamStep.Kind.STOP).exists()

    def test_a_stop_before_the_answer_to_the_start_waits_for_it(self, forked):
        MediaStream.objects.update(status="starting", provider_stream_id="")
        self.tell(forked, "stream-stopped")
        assert forked.status == "starting"
        event = ProviderEvent.objects.get()
        assert event.state == "pending" and event.result["waited"]
        MediaStream.objects.update(status="live", provider_stream_id="MZ1")
        ProviderEvent.objects.update(due_at=Now())
        drain(ProviderEvent)
        forked.refresh_from_db()
        assert forked.status == "stopped"

    def test_of_a_start_that_is_never_answered_the_stop_is_remembered(self, forked):
        MediaStream.objects.update(status="starting")
        self.tell(forked, "stream-stopped")
        ProviderEvent.objects.update(due_at=Now(), result={"waited": 99})
        drain(ProviderEvent)
        forked.refresh_from_db()
        assert forked.status == "starting" and forked.stop_requested_at

    def test_the_stream_of_another_connection_is_not_touched(self, forked):
        stranger = phone_call(Account.objects.create(name="other"), provider_call_id="CA1")
        form = {"CallSid": "CA1", "StreamSid": "MZ1", "StreamEvent": "stream-stopped"}
        post_twilio(stranger.connection, form, f"?stream={forked.pk}")
        drain(ProviderEvent)
        forked.refresh_from_db()
        assert forked.status == "live"
