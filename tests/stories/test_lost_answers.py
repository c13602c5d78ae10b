"""The answer to a paid call is lost: it is never made twice, and what runs unseen is found and hung up."""

import re

from tests.stories.customer import NUMBER, Placed

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def test_a_call_whose_making_was_never_answered_is_found_and_hung_up_when_it_is_ended(customer):
    to = "+14155550177"
    customer.sandbox.fault("create_call", "act_then_timeout")
    answer = customer.ask("POST", "/calls/make-call", {"call_from": NUMBER, "call_to": to})
    assert answer.status_code == 400
    made = customer.sandbox.ledger(operation="create_call", effects="1")[-1]
    assert made["resource"] in customer.sandbox.live()["twilio"], "it runs, and nobody has its id"

    call = Placed(customer, UUID.search(answer.json()["message"]).group(), made["resource"], "end_call")
    assert call.end().status_code == 200

    assert call.settled()["terminate"]["state"] == "done"
    assert call.effects() == 1
    assert made["resource"] not in customer.sandbox.live()["twilio"]
