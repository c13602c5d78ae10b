"""The response to a paid call is lost: it is never made twice, and the lost leg is found and hung up."""

import re
import threading
import time
from contextlib import suppress

import psycopg
import requests

from liveplatform import embedded
from tests.support.client import NUMBER, PlacedCall
from tests.support.factories import TWIML
from tests.support.stories import VAR

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def test_a_lost_leg_is_found_and_hung_up_when_its_call_is_ended(customer):
    to = "+14155550177"
    customer.sandbox.set_delivery(hold=True)  # and its events are lost as well
    customer.sandbox.add_fault("create_call", "act_then_timeout")
    answer = customer.ask("POST", "/calls/make-call", {"call_from": NUMBER, "call_to": to, "twiml": TWIML})
    assert answer.status_code == 400
    made = customer.sandbox.ledger(operation="create_call", effects="1")[-1]
    assert made["resource"] in customer.sandbox.live()["twilio"], "it runs, and nobody has its id"

    call = PlacedCall(customer, UUID.search(answer.json()["message"]).group(), made["resource"], "end_call")
    assert call.end().status_code == 200

    assert call.settled()["terminate"]["state"] == "done"
    assert call.effects() == 1
    assert made["resource"] not in customer.sandbox.live()["twilio"]


def made(customer, number):
    """The calls to this number that the provider made."""
    ledger = customer.sandbox.ledger(operation="create_call", effects="1")
    calls = [each for each in ledger if each["provider"] == "twilio"]
    return [call for call in calls if customer.sandbox.call(call["resource"])["to"] == number]


def until(true, seconds):
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, f"not so after {seconds} s"
        time.sleep(0.1)
    return found


def test_a_web_process_that_is_killed_while_it_dials_makes_no_second_call(customer, platform):
    to, key = "+14155550188", "dialled-once"
    body = {"call_from": NUMBER, "call_to": to, "twiml": TWIML}
    customer.sandbox.add_fault("create_call", "act_then_timeout")

    def ask():
        with suppress(requests.RequestException):
            customer.ask("POST", "/calls/make-call", body, Idempotency_Key=key)

    asking = threading.Thread(target=ask)
    asking.start()
    (leg,) = until(lambda: made(customer, to), 5)
    platform.kill("web")
    asking.join()
    platform.start("web")
    platform.wait_ready()

    # The key is held for a minute, in case that request still runs; it is over here.
    with psycopg.connect(embedded.database_url(VAR), autocommit=True) as database:
        database.execute("UPDATE api_idempotencyrecord SET locked_until = now() WHERE key = %s", (key,))
    again = customer.ask("POST", "/calls/make-call", body, Idempotency_Key=key)
    assert again.status_code in (200, 400), again.text
    call_id = again.json()["data"]["id"] if again.ok else UUID.search(again.json()["message"]).group()
    call = PlacedCall(customer, call_id, leg["resource"], "end_call")
    found = lambda: customer.ask("GET", f"/calls/{call_id}").json()["data"]["call_sid"]  # noqa: E731
    assert until(found, 30) == leg["resource"]
    assert len(made(customer, to)) == 1

    call.end()
    call.assert_exactly_once()
