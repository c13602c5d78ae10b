"""Monitoring with real processes: limits are enforced, and ends without an event are noticed."""

import threading
import time

import jwt
import requests

from tests.support.stories import ended


def test_a_call_is_ended_within_five_seconds_of_its_limit(customer):
    asked = time.monotonic()
    call = customer.phone_call(time_limit=2)
    began = time.monotonic()
    shown = ended(call, 10)
    over = time.monotonic()
    assert over - asked > 0.9  # the provider says when it was answered in whole seconds
    assert over - began < 2 + 5
    assert shown["disconnect_reason"] == "The time limit of 2 s was reached."
    call.assert_exactly_once()


def test_a_limit_is_kept_with_beat_and_redis_away(customer, platform):
    call = customer.phone_call(time_limit=2)
    platform.kill("beat")
    ended(call, 8)
    call.assert_exactly_once()


def test_a_limit_and_requests_race_and_one_ends_the_call(customer):
    calls = [customer.phone_call(time_limit=1, transcript=False) for _ in range(5)]
    time.sleep(0.9)
    threads = [threading.Thread(target=call.end) for call in calls for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for call in calls:
        ended(call, 10)
        call.settled()
        assert call.event_counts("call.processed")["call.ended"] == 1
        assert call.effects() == 1


def test_a_reconciliation_finds_an_end_without_an_event(customer):
    call = customer.video_call()
    rooms = f"{customer.local.sandbox_url}/api/v2/video/call/default/{call.provider_id}/mark_ended"
    token = jwt.encode({"server": True}, "a-secret-of-at-least-32-characters")
    headers = {"Authorization": token, "stream-auth-type": "jwt"}
    answer = requests.post(rooms, params={"api_key": customer.account_id}, headers=headers, timeout=5)
    assert answer.status_code == 201
    shown = ended(call, 15)
    assert shown["disconnect_reason"] == "Ended at the provider."
