"""Staff see a call's whole story on one page, end it, run a step and a delivery again."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from calls.lifecycle.end import end
from calls.models import Analysis, AutoEndRule, Call, Operation, Step, Transcript
from liveplatform.webhooks.models import Delivery, Endpoint
from tests.support.draining import drain
from tests.support.factories import phone_call, video_call


@pytest.fixture
def staff(db) -> Client:
    user = get_user_model().objects.create_superuser("alice", password="x")
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def watcher(db) -> Client:
    """Staff who may look, and change nothing."""
    user = get_user_model().objects.create_user("bob", password="x", is_staff=True)
    user.user_permissions.set(_permission("view_call"))
    client = Client()
    client.force_login(user)
    return client


def _permission(name):
    return Permission.objects.filter(codename=name)


@pytest.fixture
def ended(account) -> Call:
    endpoint = Endpoint(account=account, url="https://hooks.example.com/", description="the hook")
    endpoint.new_secret()
    endpoint.save()
    call = phone_call(account)
    turns = [{"role": "customer", "text": "it is still not working", "start_ms": 0, "end_ms": 900}]
    Transcript.objects.create(call=call, turns=turns)
    end(call.pk, account_id=account.pk, reason="because", actor="key:abc")
    judged = {"label": "negative", "score": -0.5, "turns": [{"index": 0, "label": "negative", "score": -0.5}]}
    Analysis.objects.create(
        call=call,
        metrics={"questions": {"customer": 0}, "silence": None},
        sentiment=judged,
        analyser="lexicon",
        version="1",
    )
    Step.objects.filter(call=call, kind="terminate").update(
        state="failed", error="Twilio refused: error 21211"
    )
    return call


def page(client, call):
    return client.get(f"/admin/calls/call/{call.pk}/change/")


def test_one_page_tells_the_whole_story(staff, ended):
    text = page(staff, ended).content.decode()
    for told in (
        "because",
        "key:abc",
        "Twilio refused: error 21211",
        "negative",
        "it is still not working",
        "call.ended",
        "the hook",
        "may still be billed",
    ):
        assert told in text


def test_the_page_costs_the_same_however_long_the_story(staff, ended, django_assert_max_num_queries):
    page(staff, ended)
    for number in range(30):
        Step.objects.filter(call=ended).update(
            log=[
                {"attempt": n, "at": "2026-01-01T00:00:00+00:00", "ms": 1, "outcome": "again"}
                for n in range(number)
            ]
        )
    with django_assert_max_num_queries(16):
        page(staff, ended)


def test_staff_end_a_call(staff, account):
    call = phone_call(account)
    staff.post(f"/admin/calls/call/{call.pk}/end/")
    call.refresh_from_db()
    assert (call.status, call.end_code, call.ended_by) == ("ended", "ended_by_staff", "staff:alice")
    assert call.steps.count() == 4


def test_staff_run_a_step_again(staff, ended):
    staff.post(f"/admin/calls/call/{ended.pk}/step/terminate/")
    assert ended.steps.get(kind="terminate").state == "pending"


def test_staff_resend_a_delivery(staff, ended):
    delivery = Delivery.objects.get(event__subject_id=ended.pk)
    Delivery.objects.update(state="failed", due_at=None)
    staff.post(f"/admin/calls/call/{ended.pk}/delivery/{delivery.pk}/")
    delivery.refresh_from_db()
    assert delivery.state == "pending"


def test_who_may_only_look_changes_nothing(watcher, account, ended):
    call = phone_call(account)
    assert page(watcher, call).status_code == 200
    assert b"End this call" not in page(watcher, call).content
    assert watcher.post(f"/admin/calls/call/{call.pk}/end/").status_code == 403
    assert watcher.post(f"/admin/calls/call/{ended.pk}/step/terminate/").status_code == 403
    assert watcher.get(f"/admin/calls/call/{call.pk}/end/").status_code in (403, 405)


def test_a_get_ends_nothing(staff, account):
    call = phone_call(account)
    assert staff.get(f"/admin/calls/call/{call.pk}/end/").status_code == 405


def test_actions_of_the_list(staff, account, ended):
    live = [phone_call(account), video_call(account)]
    chosen = {"_selected_action": [str(call.pk) for call in (*live, ended)], "action": "end_calls"}
    staff.post("/admin/calls/call/", chosen)
    drain(Operation)
    assert not Call.objects.filter(pk__in=[call.pk for call in live], ended_at=None).exists()

    Step.objects.filter(call=ended, kind="analyse").update(state="done")
    staff.post("/admin/calls/call/", {"_selected_action": [str(ended.pk)], "action": "analyse_again"})
    assert ended.steps.get(kind="analyse").state == "pending"


@pytest.mark.parametrize(
    "filters",
    [
        "",
        "?attention=failed",
        "?attention=billed",
        "?attention=live",
        "?status__exact=ended",
    ],
)
def test_the_list_costs_the_same_for_five_and_for_fifty(
    staff, account, filters, django_assert_max_num_queries
):
    for _ in range(50):
        phone_call(account)
    staff.get(f"/admin/calls/call/{filters}")
    with django_assert_max_num_queries(8):
        text = staff.get(f"/admin/calls/call/{filters}").content.decode()
    assert "415555" not in text, "lists hold no phone numbers"


def test_search_finds_by_ids(staff, account):
    call = phone_call(account, provider_call_id="CAunique")
    for term in (str(call.pk), "CAunique", "+14155550100"):
        assert str(call.pk) in staff.get("/admin/calls/call/", {"q": term}).content.decode()


def test_steps_that_were_given_up_can_be_run_again_from_their_list(staff, ended):
    step = ended.steps.get(kind="terminate")
    assert "21211" in staff.get("/admin/calls/step/?state__exact=failed").content.decode()
    staff.post("/admin/calls/step/", {"_selected_action": [str(step.pk)], "action": "run_again"})
    step.refresh_from_db()
    assert step.state == "pending"


def test_the_emergency_stop_of_an_account_asks_first_and_then_ends_everything(staff, account):
    live = phone_call(account)
    assert "Emergency stop" in staff.get(f"/admin/accounts/account/{account.pk}/change/").content.decode()
    asked = staff.get(f"/admin/calls/operation/stop/{account.pk}/").content.decode()
    assert "1 calls are live" in asked
    staff.post(f"/admin/calls/operation/stop/{account.pk}/", {"reason": "fraud"})
    drain(Operation)
    live.refresh_from_db()
    assert (live.end_code, live.ended_by, live.disconnect_reason) == (
        "emergency_stop",
        "staff:alice",
        "fraud",
    )
    assert staff.get("/admin/calls/operation/").status_code == 200


def test_who_may_only_look_stops_nothing(watcher, account):
    live = phone_call(account)
    assert watcher.post(f"/admin/calls/operation/stop/{account.pk}/").status_code == 403
    live.refresh_from_db()
    assert not live.is_over


def test_a_rule_is_made_and_switched_in_the_admin(staff, account):
    sent = {"account": account.pk, "name": "old", "filter": '{"is_test": true}', "min_age": 60}
    for bad in ({"filter": '{"nonsense": 1}'}, {"filter": '{"search": " "}'}, {"name": "two\x85lines"}):
        staff.post("/admin/calls/autoendrule/add/", sent | {"code": "quality_control"} | bad)
    assert not AutoEndRule.objects.exists()
    staff.post("/admin/calls/autoendrule/add/", sent | {"code": "quality_control"})
    rule = AutoEndRule.objects.get()
    staff.post("/admin/calls/autoendrule/", {"_selected_action": [str(rule.pk)], "action": "disable"})
    rule.refresh_from_db()
    assert not rule.is_enabled


def test_staff_keep_notes_and_a_rating(staff, ended):
    kept = staff.post(
        f"/admin/calls/call/{ended.pk}/notes/", {"notes": "Call\r\nback", "rating": "4"}, follow=True
    )
    assert "Notes and rating are saved." in kept.content.decode()
    ended.refresh_from_db()
    assert (ended.notes, ended.rating) == ("Call\nback", 4)
    act = ended.activities.get()
    assert (act.actor, act.verb, act.detail) == ("staff:alice", "noted", "notes, rating")


@pytest.mark.parametrize("sent", [{"rating": "9"}, {"rating": "x"}, {"notes": "x" * 20_001}])
def test_odd_notes_are_refused(staff, ended, sent):
    said = staff.post(f"/admin/calls/call/{ended.pk}/notes/", sent, follow=True)
    assert said.status_code == 200 and "Notes and rating are saved." not in said.content.decode()
    assert not ended.activities.exists()


def test_who_may_only_look_keeps_no_notes(watcher, ended):
    assert watcher.post(f"/admin/calls/call/{ended.pk}/notes/", {"notes": "x"}).status_code == 403
