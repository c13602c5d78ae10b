"""Registered people beside the participants of the call."""

from datetime import UTC, datetime, timedelta

from calls.attendance.stays import record
from providers.events import ParticipantStay
from sessions_app.attendance.people import attendees, hosts, seated, with_seconds
from sessions_app.identity import identity_of
from sessions_app.models.person import Role
from tests.sessions_app.factories import HOST, registration, session
from tests.support.factories import video_call

BEGAN = datetime(2026, 11, 21, 10, tzinfo=UTC)


def at(minute):
    return BEGAN + timedelta(minutes=minute)


def held(account, **fields):
    """A session whose call has begun."""
    return session(account, call=video_call(account, started_at=BEGAN), **fields)


def was_there(made, identity, joined=0, left=None):
    times = at(joined), None if left is None else at(left)
    record(
        [
            (
                made.call_id,
                ParticipantStay(identity, f"{identity}-{joined}", joined_at=times[0], left_at=times[1]),
            )
        ]
    )


def three_kinds(made):
    """A user, a patient and a guest."""
    return (
        registration(made),
        registration(made, user_id="", patient_id="p-1", person_key="patient:p-1"),
        registration(made, user_id="", person_key="email:g@example.com", is_guest=True),
    )


def test_each_kind_of_person_is_found_by_their_identity(account):
    made = held(account)
    people = three_kinds(made)
    for minutes, person in enumerate(people, 1):
        was_there(made, identity_of(person), left=minutes)
    found = attendees(made, people)
    assert [(each.attended, each.minutes) for each in found] == [(True, 1.0), (True, 2.0), (True, 3.0)]
    seconds = dict(with_seconds(made).values_list("pk", "seconds_in_room"))
    assert seconds == {person.pk: 60 * minutes for minutes, person in enumerate(people, 1)}


def test_who_did_not_come_has_no_time(account):
    made = held(account)
    anna = registration(made)
    was_there(made, "somebody else")
    (found,) = attendees(made, [anna])
    assert (found.attended, found.seconds, found.first_joined_at, found.last_left_at) == (
        False,
        0,
        None,
        None,
    )
    assert with_seconds(made).get().seconds_in_room == 0


def test_who_was_there_for_a_moment_came(account):
    made = held(account)
    registration(made)
    was_there(made, "anna", left=0)
    assert with_seconds(made).get().seconds_in_room == 1


def test_only_who_has_a_seat_was_to_come(account):
    made = held(account)
    registration(made, status="waitlist")
    assert not seated(made).exists()


def test_hosts_and_a_session_without_a_call(account):
    made = session(account, co_host_ids=["co-1"])
    assert [(each.identity, each.role, each.attended) for each in hosts(made)] == [
        (HOST, Role.HOST, False),
        ("co-1", Role.CO_HOST, False),
    ]
    assert with_seconds(made).count() == 0


def test_registered_hosts_are_among_the_hosts_and_have_no_seat(account):
    made = held(account, co_host_ids=["co-1"])
    anna = registration(made)
    registration(made, user_id=HOST, role="host", name="Dr. Jones")
    registration(made, user_id="co-1", role="co_host")
    patient = registration(made, user_id="", patient_id="p-1", person_key="patient:p-1", role="host")
    was_there(made, "co-1", left=2)
    assert list(seated(made)) == [anna]
    found = {each.identity: (each.role, each.minutes) for each in hosts(made)}
    assert found == {HOST: (Role.HOST, 0.0), "co-1": (Role.CO_HOST, 2.0), "p-1": (Role.HOST, 0.0)}
    assert hosts(made)[0].registration.name == "Dr. Jones"
    assert patient in with_seconds(made), "how long they were there is put on record too"
