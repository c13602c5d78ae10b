"""People of a series in its sessions."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from sessions_app.models import Mail, Registration, SeriesRegistration
from sessions_app.models.person import person_key
from sessions_app.series.enrol import active_registrations, enrol, enrol_everybody
from tests.sessions_app.series.support import series, sessions


def person(row, who: str, **fields) -> SeriesRegistration:
    return SeriesRegistration.objects.create(
        series=row, user_id=who, person_key=person_key(user_id=who), email=f"{who}@example.com", **fields
    )


def test_first_come_first_served(account):
    row = series(account, max_participants=1)
    people = [person(row, name) for name in ("carl", "anna")]
    assert active_registrations(row) == people
    enrol_everybody(row, sessions(row)[:1], is_quiet=True)
    placed = dict(Registration.objects.values_list("user_id", "status"))
    assert placed == {"carl": "registered", "anna": "waitlist"}


def test_who_cannot_be_registered_is_left_out(account):
    row = series(account)
    ask = {"id": "why", "label": "Why?", "type": "text", "required": True, "options": []}
    first = sessions(row)[0]
    first.custom_questions = [ask]
    enrol(person(row, "anna"), first, is_quiet=True)
    assert not Registration.objects.exists()


def test_a_registration_knows_that_it_is_of_the_series(account):
    row = series(account)
    enrol(person(row, "anna", timezone="Asia/Tokyo", name="Anna"), sessions(row)[0], is_quiet=True)
    found = Registration.objects.get()
    assert (found.is_of_series, found.timezone, found.name, found.created_by) == (
        True,
        "Asia/Tokyo",
        "Anna",
        f"series:{row.pk}",
    )


def test_many_people_cost_no_more_statements(account):
    row = series(account, max_participants=20)
    first, second = sessions(row)[:2]
    person(row, "p0")
    with CaptureQueriesContext(connection) as few:
        enrol_everybody(row, [first], is_quiet=False)
    for number in range(1, 30):
        person(row, f"p{number}")
    with CaptureQueriesContext(connection) as many:
        enrol_everybody(row, [second], is_quiet=False)
    assert len(many) <= len(few) + 1  # the mails of those who wait
    second.refresh_from_db()
    assert (second.registered_count, second.waitlist_count) == (20, 10)
    rows = Registration.objects.filter(session=second).order_by("waitlist_number")
    waiting = list(rows.filter(status="waitlist").values_list("user_id", flat=True))
    assert waiting == [f"p{number}" for number in range(20, 30)]
    numbers = rows.filter(status="waitlist").values_list("waitlist_number", flat=True)
    assert list(numbers) == list(range(22, 32))  # of their events, after those of the session and 20 seats
    assert Mail.objects.filter(session=second, kind="registered").count() == 20
    assert Mail.objects.filter(session=second, kind="waitlisted").count() == 10


def test_answers_that_do_not_fit_leave_one_person_out(account):
    row = series(account)
    first = sessions(row)[0]
    first.custom_questions = [{"id": "why", "label": "Why?", "type": "text", "required": True, "options": []}]
    person(row, "anna")
    person(row, "ben", answers={"why": "To learn"})
    enrol_everybody(row, [first], is_quiet=True)
    assert Registration.objects.get().user_id == "ben"
