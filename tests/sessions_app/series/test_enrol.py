"""People of a series in its sessions."""

from sessions_app.models import Registration, SeriesRegistration
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
