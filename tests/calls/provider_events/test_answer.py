"""The life of a phone call as its provider reports it: each state once, whatever comes late or twice."""

from datetime import timedelta
from email.utils import format_datetime

import orjson
import pytest
from django.utils import timezone

from calls.lifecycle.end import end
from calls.models import Call, ProviderEvent, Step
from calls.post_processing import results
from liveplatform.webhooks.models import Event
from tests.support.draining import drain
from tests.support.signed_events import applied, last_summary, leg, post_twilio


@pytest.fixture
def ringing(phone) -> Call:
    """A leg that its provider has made, and nobody has answered."""
    Call.objects.filter(pk=phone.pk).update(started_at=None)
    phone.refresh_from_db()
    return phone


def told(call) -> list[str]:
    events = Event.objects.filter(subject_id=call.pk).order_by("sequence")
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    return [event.type.removeprefix("call.") for event in events]


def body(call, event_type) -> dict:
    return orjson.loads(Event.objects.get(subject_id=call.pk, type=f"call.{event_type}").body)["data"]


def ago(seconds) -> str:
    return format_datetime(timezone.now() - timedelta(seconds=seconds))


def detected(call, answered_by):
    form = {"CallSid": call.provider_call_id, "AccountSid": "AC1", "AnsweredBy": answered_by}
    return post_twilio(call.connection, form | {"MachineDetectionDuration": "2400"})


def test_a_call_rings_is_answered_and_ends_with_its_times(ringing):
    call = applied(ringing, leg(ringing, "ringing", 1, Timestamp=ago(30)))
    assert (told(call), call.started_at, call.answered_at) == (["ringing"], None, None)
    call = applied(call, leg(call, "in-progress", 2, Timestamp=ago(21)))
    assert (8 <= call.ring_time <= 15, call.started_at == call.answered_at) == (True, True)
    call = applied(call, leg(call, "completed", 3, CallDuration="21"))
    assert told(call) == ["ringing", "answered", "started", "ended"]
    assert (call.duration, body(call, "ended")["call"]["ring_time"]) == (21, call.ring_time)


def test_reports_in_one_batch_out_of_order_and_twice_are_published_once(ringing):
    sent = [
        leg(ringing, "completed", 3, Timestamp=ago(1)),
        leg(ringing, "in-progress", 2, Timestamp=ago(5)),
        leg(ringing, "ringing", 1, Timestamp=ago(9)),
    ]
    call = applied(ringing, *sent)
    published = told(call)
    assert sorted(published) == sorted(["ringing", "answered", "started", "ended"]), "each once"
    assert call.ringing_at and call.answered_at
    ProviderEvent.objects.update(state="pending", due_at=timezone.now(), settled_at=None)
    drain(ProviderEvent)
    assert told(call) == published, "applied again"


def test_an_answer_that_the_hang_up_reports_is_published(ringing, account):
    """Twilio's record of the ended leg names its start; no event of the answer ever came."""
    end(ringing.pk, account_id=account.pk, actor="test")
    step = Step.objects.select_related("call").get(call=ringing, kind="terminate")
    step.state, step.settled_at = "done", timezone.now()
    step.result = {"status": "completed", "answered_at": (timezone.now() - timedelta(seconds=9)).isoformat()}
    results.settled([step])
    assert told(ringing) == ["ended", "answered", "started"]
    results.settled([step])
    assert told(ringing) == ["ended", "answered", "started"]


def test_the_duration_of_a_call_that_we_end_counts_from_its_answer(ringing, account):
    call = applied(ringing, leg(ringing, "ringing", 1, Timestamp=ago(90)))
    call = applied(call, leg(call, "in-progress", 2, Timestamp=ago(60)))
    ended = end(call.pk, account_id=account.pk, actor="test").call
    assert 59 <= ended.duration <= 65


@pytest.mark.parametrize(
    ("word", "code"),
    [("busy", "busy"), ("no-answer", "no_answer"), ("failed", "failed"), ("canceled", "canceled")],
)
def test_a_call_that_nobody_answered_has_no_start(phone, word, code):
    assert phone.started_at, "as of a call that was registered as live"
    call = applied(phone, leg(phone, "ringing", 1), leg(phone, word, 2, CallDuration="0"))
    assert (call.end_code, call.started_at, call.answered_at, call.duration) == (code, None, None, 0)
    assert told(call) == ["ringing", "ended"]
    assert body(call, "ended")["call"]["started_at"] is None


def test_ringing_that_is_reported_after_the_answer_is_published_after_it(ringing):
    call = applied(ringing, leg(ringing, "in-progress", 2, Timestamp=ago(5)))
    call = applied(call, leg(call, "ringing", 1, Timestamp=ago(9)))
    assert told(call) == ["answered", "started", "ringing"]
    assert body(call, "ringing")["call"]["ringing_at"] < body(call, "ringing")["call"]["answered_at"]
    assert told(applied(call, leg(call, "ringing", 1, Timestamp=ago(9)))) == [
        "answered",
        "started",
        "ringing",
    ]


def test_what_is_reported_after_the_end_is_published_once(ringing, account):
    """It was answered before it was ended here, and the report came late."""
    when = ago(3)
    end(ringing.pk, account_id=account.pk, actor="test")
    call = applied(ringing, leg(ringing, "in-progress", 2, Timestamp=when))
    assert (call.answered_at is not None, told(call)) == (True, ["ended", "answered", "started"])
    assert body(call, "answered")["call"]["status"] == "ended"
    Step.objects.filter(call=call, kind="notify").update(state="done")
    call = applied(call, leg(call, "completed", 3, CallDuration="3"))
    assert told(call)[-1] == "updated" and "duration" in body(call, "updated")["changed"]
    assert told(call).count("answered") == 1


def test_an_answering_machine_is_hung_up_on_request(ringing):
    Call.objects.filter(pk=ringing.pk).update(machine_detection="enable", on_machine="hang_up")
    call = applied(ringing, leg(ringing, "in-progress", 2), detected(ringing, "machine_start"))
    assert (call.status, call.end_code, call.ended_by) == ("ended", "voicemail", "machine detection")
    assert (call.answered_by, call.provider_answered_by) == ("machine", "machine_start")
    assert (last_summary(), call.provider_state) == ("a machine answered", "live")
    assert call.steps.get(kind="terminate").state == "pending", "the leg is hung up"
    assert told(call) == ["answered", "started", "ended"]
    assert body(call, "ended")["call"]["answered_by"] == "machine"
    assert told(applied(call, detected(call, "machine_start"))) == ["answered", "started", "ended"]


@pytest.mark.parametrize(("said", "answered_by"), [("human", "human"), ("unknown", "unknown")])
def test_others_than_machines_are_not_hung_up(ringing, said, answered_by):
    Call.objects.filter(pk=ringing.pk).update(machine_detection="enable", on_machine="hang_up")
    call = applied(ringing, leg(ringing, "in-progress", 2))
    call = applied(call, detected(call, said))
    assert (call.is_over, call.answered_by) == (False, answered_by)
    assert told(call) == ["answered", "started", "updated"]
    assert body(call, "updated")["changed"] == ["answered_by"]


def test_a_fax_is_hung_up_too(ringing):
    Call.objects.filter(pk=ringing.pk).update(machine_detection="enable", on_machine="hang_up")
    call = applied(ringing, leg(ringing, "in-progress", 2), detected(ringing, "fax"))
    assert (call.end_code, call.answered_by) == ("voicemail", "fax")


def test_a_machine_may_go_on(ringing):
    Call.objects.filter(pk=ringing.pk).update(machine_detection="enable", on_machine="continue")
    call = applied(ringing, leg(ringing, "in-progress", 2), detected(ringing, "machine_end_beep"))
    assert (call.is_over, call.answered_by) == (False, "machine")


def test_an_end_that_was_requested_is_not_a_voicemail(ringing, account):
    Call.objects.filter(pk=ringing.pk).update(machine_detection="enable", on_machine="hang_up")
    end(ringing.pk, account_id=account.pk, actor="test", reason="enough")
    call = applied(ringing, detected(ringing, "machine_start"))
    assert (call.end_code, call.disconnect_reason, told(call)) == ("ended_by_api", "enough", ["ended"])
    drain(Step)
