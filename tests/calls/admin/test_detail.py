"""The detail page of a call shows everything on record in a fixed number of queries."""

from datetime import timedelta

from django.utils import timezone

from calls.activity import record
from calls.models import Call, Step
from liveplatform.accounts.keys import make_key
from liveplatform.webhooks.models import Delivery, Endpoint
from liveplatform.webhooks.publish import publish


def page(client, call):
    return client.get(f"/admin/calls/call/{call.pk}/change/")


def test_one_page_shows_everything_on_record(staff, ended):
    text = page(staff, ended).content.decode()
    for text_shown in (
        "because",
        "key:abc",
        "Twilio refused: error 21211",
        "negative",
        "it is still not working",
        "call.ended",
        "the hook",
        "may still be billed",
    ):
        assert text_shown in text


def test_the_number_of_queries_does_not_grow_with_the_timeline(staff, ended, django_assert_max_num_queries):
    page(staff, ended)
    for number in range(30):
        Step.objects.filter(call=ended).update(
            log=[
                {"attempt": n, "at": "2026-01-01T00:00:00+00:00", "ms": 1, "outcome": "again"}
                for n in range(number)
            ]
        )
    with django_assert_max_num_queries(23):
        page(staff, ended)


def test_the_newest_deliveries_are_shown(staff, account, ended, monkeypatch):
    monkeypatch.setattr("calls.admin.detail.MAX_DELIVERIES", 3)
    for number in range(2, 8):
        publish(account.pk, ended.pk, number, "call.ended", {})
    rows = Delivery.objects.filter(event__subject_id=ended.pk).order_by("-event__sequence")
    text = page(staff, ended).content.decode()
    shown = [str(row.pk) in text for row in rows]
    assert shown == [True] * 3 + [False] * (len(rows) - 3)
    assert "The newest are shown." in text and f"/admin/webhooks/delivery/?q={ended.pk}" in text
    endpoint = Endpoint.objects.get(account=account)
    assert str(rows[0].pk) in staff.get(f"/admin/webhooks/endpoint/{endpoint.pk}/change/").content.decode()


def test_what_the_customer_put_on_a_call_is_shown(staff, ended):
    agent, at = ended.account_id, timezone.now() + timedelta(days=2)
    Call.objects.filter(pk=ended.pk).update(
        scheduled_at=at,
        answered_at=at,
        cost="0.0125",
        price_unit="USD",
        ai_agent_id=agent,
        campaign_id=agent,
        metadata={"order": "A-17"},
    )
    text = page(staff, ended).content.decode()
    for shown in ("0.0125 USD", "A-17", f"<td>{agent}</td>", f"{at:%Y-%m-%d %H:%M:%S}", "Campaign", "UTC"):
        assert shown in text


def test_the_timeline_is_bounded_and_has_dates_and_names(staff, account, ended, monkeypatch):
    monkeypatch.setattr("calls.admin.detail.MAX_TIMELINE", 5)
    key, _ = make_key(account, name="crm")
    for number in range(12):
        record(ended.pk, f"key:{key.public_id}", "noted", f"note {number}")
    short, long = (
        staff.get(f"/admin/calls/call/{ended.pk}/change/{q}").content.decode() for q in ("", "?timeline=long")
    )
    assert "note 11" in short and "note 2<" not in short and "?timeline=long" in short
    assert "note 0<" in long and "note 11" in long
    assert f"key crm ({key.public_id})" in short
    assert f"{timezone.now():%Y-%m-%d} " in short
