"""Participants and their stays, as the reports of them come in."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.attendance.stays import close_stays, record
from calls.models import Call
from calls.models.participant import Participant, Stay
from providers.events import ParticipantStay
from tests.support.factories import phone_call, video_call

BEGAN = datetime(2026, 11, 21, 10, tzinfo=UTC)
BOUNDED = settings(
    max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def at(minute):
    return None if minute is None else BEGAN + timedelta(minutes=minute)


def stay(identity="anna", stay_id="s1", joined=None, left=None, **more):
    return ParticipantStay(identity, stay_id, joined_at=at(joined), left_at=at(left), **more)


def minutes(call, identity="anna"):
    """First joined, last left, and time in the room, in minutes."""
    row = Participant.objects.get(call=call, identity=identity)
    first, last = (
        (t - BEGAN).total_seconds() / 60 if t else None for t in (row.first_joined_at, row.last_left_at)
    )
    return first, last, row.seconds / 60


def recorded(call, *stays):
    record((call.pk, each) for each in stays)
    return minutes(call)


def end_at(call, minute):
    Call.objects.filter(pk=call.pk).update(ended_at=at(minute), status="ended")
    call.refresh_from_db()


def test_who_joined_is_in_the_room_until_they_left(account):
    call = video_call(account)
    assert recorded(call, stay(joined=0)) == (0, None, 0)
    assert recorded(call, stay(joined=0, left=5)) == (0, 5, 5)


def test_who_comes_back_is_one_participant_with_two_stays(account):
    call = video_call(account)
    recorded(call, stay(joined=0, left=5), stay(stay_id="s2", joined=10))
    assert minutes(call) == (0, None, 5)
    assert recorded(call, stay(stay_id="s2", joined=10, left=12)) == (0, 12, 7)
    assert Stay.objects.filter(participant__call=call).count() == 2


def test_two_devices_at_once_count_once(account):
    call = video_call(account)
    stays = (
        stay(joined=0, left=10),
        stay(stay_id="s2", joined=5, left=20),
        stay(stay_id="s3", joined=30, left=31),
    )
    assert recorded(call, *stays) == (0, 31, 21)


def test_leaving_may_be_reported_first(account):
    call = video_call(account)
    assert recorded(call, stay(left=5)) == (None, 5, 0), "how long is not known yet"
    assert recorded(call, stay(joined=1)) == (1, 5, 4)


def test_the_end_of_the_call_closes_what_is_open(account):
    call = video_call(account)
    recorded(call, stay(joined=0), stay(stay_id="s2", joined=2, left=3))
    close_stays([call.pk])
    assert minutes(call) == (0, None, 1), "the call is not over"
    end_at(call, 9)
    close_stays([call.pk, phone_call(account).pk])
    assert minutes(call) == (0, 9, 9)
    assert Stay.objects.get(provider_id="s1").left_at is None, "nobody has reported it"
    assert recorded(call, stay(joined=0, left=7)) == (0, 7, 7), "a late report is truer"


def test_a_stay_that_begins_after_the_end_has_no_length(account):
    call = video_call(account)
    end_at(call, 9)
    assert recorded(call, stay(joined=10)) == (10, 10, 0)


def test_clocks_that_are_wrong_break_nothing(account):
    call = video_call(account)
    assert recorded(call, stay(joined=5, left=3))[2] == 0
    record([(call.pk, stay("ben", joined=0, left=60 * 24 * 365 * 90))])
    assert Participant.objects.get(identity="ben").seconds == 2**31 - 1


def test_identities_are_kept_as_sent_within_bounds(account):
    call = video_call(account)
    strange = 'Änna "x"\n\\'
    record(
        [(call.pk, stay(strange, joined=0)), (call.pk, stay("x" * 300, "y" * 300, joined=0, name="z" * 300))]
    )
    found = set(Participant.objects.filter(call=call).values_list("identity", "name"))
    assert found == {(strange, ""), ("x" * 255, "z" * 255)}


def test_a_batch_of_any_size_is_three_statements(account):
    calls = [video_call(account) for _ in range(5)]
    many = [(call.pk, stay(f"user-{n}", f"s{n}", joined=n, left=n + 1)) for call in calls for n in range(100)]
    with CaptureQueriesContext(connection) as captured:
        record([])
        assert len(captured) == 0
        record(many + many)
    assert len(captured) == 3
    assert Participant.objects.filter(seconds=60).count() == 500


REPORTS = st.lists(
    st.tuples(
        st.sampled_from(["anna", "ben"]),
        st.sampled_from(["s1", "s2", "s3"]),
        st.none() | st.integers(0, 30),
        st.none() | st.integers(0, 30),
        st.sampled_from(["", "A", "B"]),
    ),
    min_size=1,
    max_size=8,
)


def rows(call):
    people = Participant.objects.filter(call=call).order_by("identity")
    stays = Stay.objects.filter(participant__call=call).order_by("participant__identity", "provider_id")
    return [
        *people.values_list("identity", "name", "first_joined_at", "last_left_at", "seconds"),
        *stays.values_list("participant__identity", "provider_id", "joined_at", "left_at"),
    ]


def expected_seconds(stays, ended):
    """The seconds of each identity, minute by minute."""
    merged = {}
    for identity, stay_id, joined, left, _ in stays:
        known = merged.setdefault((identity, stay_id), ([], []))
        known[0].extend([] if joined is None else [joined])
        known[1].extend([] if left is None else [left])
    minutes_in = {}
    for (identity, _), (joined, left) in merged.items():
        spent = minutes_in.setdefault(identity, set())
        until = max(left, default=ended)
        if joined and until is not None:
            spent |= set(range(min(joined), until))
    return {identity: len(spent) * 60 for identity, spent in minutes_in.items()}


@BOUNDED
@given(data=st.data(), reports=REPORTS, ended=st.none() | st.integers(0, 30))
def test_the_order_of_the_reports_makes_no_difference(account, data, reports, ended):
    one, other = video_call(account), video_call(account)
    for call, order in (one, reports), (other, data.draw(st.permutations(reports + reports[:2]))):
        turn = data.draw(st.integers(0, len(order)))
        for n, (identity, stay_id, joined, left, name) in enumerate(order):
            if n == turn and ended is not None:
                end_at(call, ended)
            record([(call.pk, stay(identity, stay_id, joined, left, name=name))])
        if ended is not None:
            end_at(call, ended)
        close_stays([call.pk])
    assert rows(one) == rows(other)
    found = dict(Participant.objects.filter(call=one).values_list("identity", "seconds"))
    assert found == expected_seconds(reports, ended)


@pytest.mark.parametrize("status", ["live", "ended"])
def test_nothing_is_closed_twice(account, status):
    call = video_call(account, status=status, ended_at=at(5) if status == "ended" else None)
    recorded(call, stay(joined=0))
    before = rows(call)
    close_stays([call.pk])
    assert rows(call) == before
