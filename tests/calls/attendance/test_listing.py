"""The participants of a call as they are shown."""

from calls.attendance.listing import SHOWN_STAYS, close_shown, participants_of, with_stays
from calls.attendance.stays import record
from tests.calls.attendance.test_stays import at, end_at, stay
from tests.support.factories import video_call


def shown(call):
    page = list(with_stays(participants_of(call)).order_by("created_at", "id"))
    close_shown(call, page)
    return page


def test_they_are_closed_before_it_is_on_record(account):
    call = video_call(account)
    record([(call.pk, stay(joined=0)), (call.pk, stay("ben", joined=1, left=2))])
    assert shown(call)[0].last_left_at is None
    end_at(call, 5)
    anna, ben = shown(call)
    assert (anna.last_left_at, anna.seconds, anna.shown_stays[0].left_at) == (at(5), 300, at(5))
    assert (ben.last_left_at, ben.seconds) == (at(2), 60)


def test_the_first_stays_of_each_are_shown(account):
    call = video_call(account)
    stays = [stay(name, f"s{n}", joined=n) for name in ("anna", "ben") for n in range(SHOWN_STAYS + 5)]
    record((call.pk, each) for each in stays)
    for participant in shown(call):
        assert participant.stay_count == SHOWN_STAYS + 5
        assert [s.joined_at for s in participant.shown_stays] == [at(n) for n in range(SHOWN_STAYS)]
