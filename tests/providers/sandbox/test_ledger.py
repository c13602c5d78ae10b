"""The ledger: every request, and whether it changed anything."""

from providers.sandbox.ledger import Ledger


def test_the_ledger_shows_which_requests_had_an_effect(twilio, sandbox):
    call = twilio.make_call(to="+14155550111", from_="+14155550100")
    twilio.end_call(call.id)
    twilio.end_call(call.id)

    entries = [(e["operation"], e["effect"], e["status"]) for e in sandbox.ledger(resource=call.id)]

    assert entries == [
        ("create_call", True, 201),
        ("end_call", True, 200),
        ("end_call", False, 400),
        ("get_call", False, 200),
    ]
    numbers = [e["n"] for e in sandbox.ledger(resource=call.id)]
    assert numbers == sorted(set(numbers))
    assert sandbox.effects("end_call", call.id) == 1
    assert call.id not in sandbox.live()["twilio"]


def test_entries_are_found_by_what_they_were_about():
    ledger = Ledger()
    for operation, resource, effect in (
        ("end_call", "a", True),
        ("end_call", "a", False),
        ("get_call", "b", False),
    ):
        ledger.record("twilio", operation, resource).effect = effect
    assert [entry["n"] for entry in ledger.matching({"resource": "a"})] == [1, 2]
    assert [entry["n"] for entry in ledger.matching({"effects": "1"})] == [1]
    assert ledger.matching({"provider": "getstream"}) == []


def test_the_oldest_entries_are_dropped():
    assert Ledger().entries.maxlen
