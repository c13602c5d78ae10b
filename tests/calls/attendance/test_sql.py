"""The statements about attendance, alone."""

from uuid import uuid4

from calls.attendance import sql
from calls.attendance.stays import record
from calls.models.participant import Participant
from tests.calls.attendance.test_stays import at, stay
from tests.support.factories import video_call


def test_times_are_read_without_writing(account):
    call = video_call(account)
    record([(call.pk, stay(joined=0, left=2))])
    row = Participant.objects.get(call=call)
    Participant.objects.update(seconds=1)
    assert sql.times([row.pk, uuid4()]) == {row.pk: (at(0), at(2), 120)}
    row.refresh_from_db()
    assert row.seconds == 1
    sql.add_up([row.pk])
    row.refresh_from_db()
    assert row.seconds == 120


def test_closing_touches_the_given_calls_only(account):
    ended, other = (video_call(account, ended_at=at(9)) for _ in range(2))
    for call in (ended, other):
        participant = Participant.objects.create(call=call, identity="anna")
        participant.stays.create(provider_id="s1", joined_at=at(0))
    sql.close([ended.pk])
    assert Participant.objects.get(call=ended).seconds == 540
    assert Participant.objects.get(call=other).seconds == 0
