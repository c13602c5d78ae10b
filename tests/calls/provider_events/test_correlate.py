"""Events find their call, and no other customer's."""

import pytest
from django.db.models.functions import Now

from calls.models import Call, ProviderEvent
from calls.provider_events.apply import prepare
from calls.provider_events.correlate import correlate, save_matches
from tests.support.concurrency import after_first_statement
from tests.support.draining import drain
from tests.support.factories import phone_call, phone_connection, video_call
from tests.support.signed_events import applied, post_getstream, post_twilio, status_form


def test_an_event_of_an_unknown_call_is_retried_and_then_skipped(video):
    post_getstream(video.connection, "call.ended", "somebody-elses")
    for waited in (1, 2, 3):
        drain(ProviderEvent)
        event = ProviderEvent.objects.get()
        assert (event.state, event.result) == ("pending", {"waited": waited})
        ProviderEvent.objects.update(due_at=Now())
    drain(ProviderEvent)
    event = ProviderEvent.objects.get()
    assert (event.state, event.error) == ("skipped", "No call of this connection has this id.")


def test_an_event_that_precedes_its_call_finds_it_later(video, account):
    post_getstream(video.connection, "call.ended", "room-3")
    drain(ProviderEvent)
    call = video_call(account, connection=video.connection, provider_call_id="room-3")
    ProviderEvent.objects.update(due_at=Now())
    drain(ProviderEvent)
    call.refresh_from_db()
    assert call.is_over


def test_an_event_does_not_touch_another_customers_call_of_the_same_id(phone):
    other = phone_connection(type(phone.account).objects.create(name="other"))
    post_twilio(other, status_form("CA1", "completed", 3))
    post_twilio(other, status_form("CA1", "completed", 4), f"?call={phone.pk}")
    drain(ProviderEvent)
    phone.refresh_from_db()
    assert not phone.is_over


def test_a_further_leg_that_our_call_dialled_is_not_our_call(phone):
    post_twilio(phone.connection, status_form("CA2", "completed", 3), f"?call={phone.pk}")
    drain(ProviderEvent)
    phone.refresh_from_db()
    assert (phone.is_over, phone.provider_call_id) == (False, "CA1")


def unanswered_call(account):
    """Dialled at this moment: Twilio has not answered yet."""
    return phone_call(account, provider_call_id="", provider_status="unanswered_call", status="scheduled")


def test_events_before_the_answer_to_make_call_find_their_call(account):
    call = unanswered_call(account)
    send = lambda word, n: post_twilio(call.connection, status_form("CA7", word, n), f"?call={call.pk}")  # noqa: E731
    call = applied(call, send("ringing", 1))
    assert (call.provider_call_id, call.status, call.provider_status) == ("CA7", "live", "ringing")
    assert applied(call, send("busy", 2)).end_code == "busy"


def event_of(call, **payload):
    return ProviderEvent(connection=call.connection, payload={"kind": "call_status"} | payload)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("type", "is_found"), [("", True), ("default", True), ("audio", False)])
def test_an_answer_that_is_saved_between_the_two_queries_hides_no_call(account, type, is_found):
    call = phone_call(account, provider_call_id="", stream_call_type="default")
    event = event_of(call, resource="CA7", call_ref=str(call.pk), resource_type=type)
    with after_first_statement(lambda: Call.objects.filter(pk=call.pk).update(provider_call_id="CA7")):
        found = correlate([event])
    assert found == ({event.pk: call.pk} if is_found else {})


def test_only_a_call_that_is_not_saved_yet_is_saved(phone, django_assert_num_queries):
    new = event_of(phone, resource="CA1")
    saved = event_of(phone, resource="CA1")
    new.dedup_key, saved.dedup_key, saved.call = "new", "saved", phone
    for event in (new, saved):
        event.save()
    prepare([saved])
    with django_assert_num_queries(0):
        save_matches([saved])
    prepare([new, saved])
    save_matches([new, saved])
    assert set(ProviderEvent.objects.values_list("call_id", flat=True)) == {phone.pk}
