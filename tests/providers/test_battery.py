"""The contract of all adapters: each fault becomes the right error, and one end has one effect."""

import time
import uuid

import pytest

from providers import breaker
from providers.errors import Rejected, Unavailable, UnknownOutcome
from providers.registry import build_adapter
from tests.support.sandbox import SECRET

END = {
    "twilio": "end_call",
    "vobiz": "end_call",
    "plivo": "end_call",
    "getstream": "end_room",
    "livekit": "delete_room",
}
READ = {
    "twilio": "get_call",
    "vobiz": "get_call",
    "plivo": "get_call",
    "getstream": "get_room",
    "livekit": "list_rooms",
}
# Nothing listens there.
ANSWER_URL = "http://127.0.0.1:9/answer"


class Leg:
    """A phone call at Twilio, Vobiz or Plivo, or a room at GetStream or LiveKit, and how it is ended."""

    def __init__(self, adapter, sandbox):
        self.adapter, self.sandbox = adapter, sandbox
        self.phone = END[adapter.provider] == "end_call"
        self.operation = END[adapter.provider]
        if self.phone:
            self.id = adapter.make_call(to="+14155550111", from_="+14155550100", url=ANSWER_URL).id
        else:
            self.id = adapter.open_room("default", str(uuid.uuid4()), created_by="host").id

    def end(self, verify_first=False):
        if self.phone:
            return self.adapter.end_call(self.id, verify_first=verify_first)
        return self.adapter.end_room("default", self.id, verify_first=verify_first)

    def fault(self, kind, **more):
        self.sandbox.add_fault(self.operation, kind, resource=self.id, **more)

    def effects(self):
        return self.sandbox.effects(self.operation, self.id)


@pytest.fixture(params=list(END))
def leg(request, sandbox):
    return Leg(request.getfixturevalue(request.param), sandbox)


def test_right_credentials_are_accepted_and_nothing_changes(leg):
    before = len(leg.sandbox.ledger(effects="1"))
    leg.adapter.check_credentials()
    assert len(leg.sandbox.ledger(effects="1")) == before


def test_an_end_has_one_effect_however_often_it_is_asked_for(leg):
    for _ in range(3):
        assert leg.end().ended_at is not None
    assert leg.effects() == 1


@pytest.mark.parametrize(
    "fault", ["act_then_timeout", "act_then_reset", "act_then_html", "act_then_strange", "bad_json"]
)
def test_a_lost_answer_is_an_unknown_outcome_and_verifying_first_settles_it(leg, fault):
    leg.fault(fault)
    with pytest.raises(UnknownOutcome):
        leg.end()
    before = len(leg.sandbox.ledger(operation=leg.operation, resource=leg.id))
    assert leg.end(verify_first=True).ended_at is not None
    assert len(leg.sandbox.ledger(operation=leg.operation, resource=leg.id)) == before, (
        "its status was read, the end was not sent again"
    )
    assert leg.effects() == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("500", UnknownOutcome),
        ("503", UnknownOutcome),
        ("html", UnknownOutcome),
        ("bad_json", UnknownOutcome),
        ("big_body", UnknownOutcome),
        ("slow_drip", UnknownOutcome),
        ("timeout", UnknownOutcome),
        ("reset", UnknownOutcome),
        ("429", Unavailable),
        *[(f"{form}_{status}", UnknownOutcome) for form in ("html", "json") for status in (200, 400, 404)],
        *[(f"html_{status}", UnknownOutcome) for status in (401, 403)],
        ("act_then_html", UnknownOutcome),
        ("act_then_strange", UnknownOutcome),
        ("401", Rejected),
        ("400", Rejected),
    ],
)
def test_each_fault_becomes_its_error_in_time_and_shows_no_secret(leg, fault, error):
    leg.fault(fault, retry_after=7 if fault == "429" else None)
    began = time.monotonic()
    with pytest.raises(error) as raised:
        leg.end()
    assert time.monotonic() - began < 3, "the deadline covers the whole request"
    assert SECRET not in str(raised.value) and "+1415" not in str(raised.value)
    if fault == "429":
        assert type(raised.value) is Unavailable and raised.value.retry_after == 7
    if fault == "401":
        assert raised.value.code == "auth"


@pytest.mark.parametrize("fault", ["html_400", "html_404", "json_400", "json_404", "html_200", "json_200"])
def test_a_page_in_the_providers_place_proves_nothing_about_a_status(leg, fault):
    leg.sandbox.add_fault(READ[leg.adapter.provider], fault)
    with pytest.raises(Unavailable):
        leg.end(verify_first=True)
    assert leg.effects() == 0
    assert leg.end(verify_first=True).ended_at is not None
    assert leg.effects() == 1


@pytest.mark.parametrize("fault", ["html_400", "html_404", "json_404", "act_then_html", "act_then_strange"])
def test_an_opening_that_something_else_answered_has_an_unknown_outcome(leg, sandbox, fault):
    sandbox.add_fault("create_call" if leg.phone else "open_room", fault)
    with pytest.raises(UnknownOutcome):
        Leg(leg.adapter, sandbox)


def test_ended_already_is_a_success_after_a_check(leg):
    leg.end()
    leg.fault("already_ended")
    assert leg.end().ended_at is not None
    assert leg.sandbox.ledger(resource=leg.id)[-1]["operation"] in (*READ.values(), "get_record")


def test_ended_already_is_verified(leg):
    leg.fault("already_ended")
    with pytest.raises(Unavailable) as raised:
        leg.end()
    assert raised.value.code == "not_confirmed", "what may still cost is tried again"
    assert leg.end().ended_at is not None


def test_what_cannot_be_reached_did_not_happen(account_sid):
    adapter = build_adapter(
        "twilio", {"account_sid": account_sid, "auth_token": "t"}, base_url="http://127.0.0.1:9", timeout=1
    )
    with pytest.raises(Unavailable) as raised:
        adapter.end_call("CA1")
    assert not isinstance(raised.value, UnknownOutcome)


def test_the_breaker_opens_after_failures_in_a_row_and_closes_again(leg, monkeypatch):
    monkeypatch.setattr(breaker, "BREAKER_OPEN_SECONDS", 0.3)
    leg.fault("503", times=breaker.BREAKER_FAILURES)
    for _ in range(breaker.BREAKER_FAILURES):
        with pytest.raises(Unavailable):
            leg.end()
    asked = len(leg.sandbox.ledger(resource=leg.id))
    with pytest.raises(Unavailable) as raised:
        leg.end()
    assert (raised.value.code, raised.value.retry_after) == ("breaker_open", None)
    assert len(leg.sandbox.ledger(resource=leg.id)) == asked, "no request was sent"
    time.sleep(0.35)
    assert leg.end().ended_at is not None
