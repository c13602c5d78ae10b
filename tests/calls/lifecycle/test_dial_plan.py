"""Resolving a dial request, before anything is written."""

import pytest

from calls.exceptions import DialError
from calls.lifecycle.dial_plan import DialRequest, resolve
from tests.support.factories import NUMBER

TO = "+14155550144"


def request(to=TO, **fields) -> DialRequest:
    return DialRequest(from_number=NUMBER, to_number=to, **fields)


def test_a_plan_has_the_number_its_connection_and_the_destination(account, line):
    plan = resolve(account.pk, request("(415) 555-0144 ext. 77"))
    assert (plan.number.number, plan.number.connection) == (NUMBER, line.phone)
    assert (plan.to_number, plan.extension) == (TO, "77")
    assert (plan.room_connection, plan.rooms) == (None, None)


def test_an_echo_room_has_the_accounts_video_connection(account, line):
    plan = resolve(account.pk, request(echo_room=True))
    assert plan.room_connection == line.video
    assert plan.rooms is not None


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (DialRequest("+14155550199", TO), "not a phone number of this account"),
        (DialRequest("soon", TO), "E.164"),
        (DialRequest(NUMBER, "soon"), "call_to: "),
    ],
)
def test_what_cannot_be_dialled_is_refused(account, line, wrong, text):
    with pytest.raises(DialError, match=text):
        resolve(account.pk, wrong)


def test_an_echo_room_needs_a_video_connection(account, line):
    line.video.delete()
    with pytest.raises(DialError, match="echo_room"):
        resolve(account.pk, request(echo_room=True))


def test_a_number_over_a_connection_without_phone_calls_is_refused(account, line):
    account.phone_numbers.update(connection=line.video)
    with pytest.raises(DialError, match="makes no phone calls"):
        resolve(account.pk, request())
