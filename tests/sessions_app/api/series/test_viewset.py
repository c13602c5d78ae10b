"""Series over REST."""

from datetime import timedelta

import pytest

from sessions_app.models import Registration, Series, Session
from tests.sessions_app.series.support import next_week, scheduled, series, sessions, wall_clock

URL = "/v1/session-series"


def body(**fields) -> dict:
    return {
        "host_id": "host-1",
        "brand_id": "acme",
        "title": "Office hours",
        "starts_at": next_week(0, 10).isoformat(),
        "timezone": "Europe/Berlin",
        "rule": "FREQ=WEEKLY;COUNT=4",
        "max_participants": 3,
    } | fields


def test_create_and_read(api):
    made = api("POST", URL, body(tags=["a"], reminder_minutes=[15]))
    assert made.status_code == 201, made.content
    row = made.json()
    assert (row["kind"], row["rule"], row["is_active"]) == ("office_hours", "FREQ=WEEKLY;COUNT=4", True)
    assert api("GET", f"{URL}/{row['id']}").json() == row
    assert api("GET", URL).json()["series"] == [row]
    assert api("GET", f"{URL}?brand_id=other").json()["series"] == []
    page = api("GET", f"{URL}/{row['id']}/occurrences?limit=3").json()
    assert len(page["sessions"]) == 3
    rest = api("GET", f"{URL}/{row['id']}/occurrences?cursor={page['next_cursor']}").json()
    assert len(rest["sessions"]) == 1
    times = [each["scheduled_at"] for each in page["sessions"] + rest["sessions"]]
    assert times == sorted(times)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"rule": "FREQ=HOURLY"}, "rule"),
        ({"rule": "FREQ=DAILY;" * 60}, "rule"),
        ({"rule": 7}, "rule"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"starts_at": "tomorrow"}, "starts_at"),
        ({"starts_at": "9999-12-31T23:59:59Z"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00Z"}, "starts_at"),
        ({"max_participants": 0}, "max_participants"),
        ({"excluded": ["x"]}, "excluded"),
        ({"excluded": [next_week(0, 10).isoformat()] * 401}, "excluded"),
        ({"color": "red"}, "color"),
        ({"registration_closes_at": None}, "registration_closes_at"),
    ],
)
def test_bad_input_is_refused_by_name(api, fields, name):
    answer = api("POST", URL, body(**fields))
    assert answer.status_code == 400 and name in answer.json()["message"]
    assert not Series.objects.exists()


def test_change_all(api, account):
    row = series(account)
    answer = api("PATCH", f"{URL}/{row.pk}", {"title": "Clinic", "starts_at": next_week(0, 11).isoformat()})
    assert answer.status_code == 200 and answer.json()["title"] == "Clinic"
    assert wall_clock(row) == ["Mon 11:00"] * 4


def test_change_one(api, account):
    row = series(account)
    first = sessions(row)[0]
    at = (first.scheduled_at + timedelta(hours=1)).isoformat()
    answer = api(
        "PATCH", f"{URL}/{row.pk}", {"scope": "this", "occurrence_id": str(first.pk), "scheduled_at": at}
    )
    assert answer.status_code == 200
    assert [each.is_exception for each in sessions(row)] == [True, False, False, False]


def test_change_a_session_through_its_own_url(api, account):
    row = series(account)
    assert api("PATCH", f"/v1/sessions/{sessions(row)[0].pk}", {"title": "Special"}).status_code == 200
    api("PATCH", f"{URL}/{row.pk}", {"title": "Clinic"})
    assert [each.title for each in sessions(row)] == ["Special", "Clinic", "Clinic", "Clinic"]


def test_change_the_following(api, account):
    row = series(account)
    body = {"scope": "following", "occurrence_id": str(sessions(row)[2].pk), "title": "Clinic"}
    answer = api("PATCH", f"{URL}/{row.pk}", body).json()
    assert (answer["previous_id"], answer["title"]) == (str(row.pk), "Clinic")
    assert len(sessions(row)) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"scope": "this", "title": "x"},
        {"scope": "following", "title": "x"},
        {"occurrence_id": "00000000-0000-0000-0000-000000000000", "title": "x"},
        {"scope": "this", "occurrence_id": "00000000-0000-0000-0000-000000000000", "title": "x"},
        {"scope": "this", "occurrence_id": "00000000-0000-0000-0000-000000000000", "rule": "FREQ=DAILY"},
        {"scheduled_at": "2030-01-01T10:00:00Z"},
        {"scope": "everything"},
        {"host_id": "another"},
    ],
)
def test_change_refused(api, account, change):
    row = series(account)
    assert api("PATCH", f"{URL}/{row.pk}", change).status_code == 400


def test_too_few_seats_is_412(api, account):
    row = series(account)
    for name in ("anna", "ben"):
        api("POST", f"{URL}/{row.pk}/registrations", {"guest_email": f"{name}@example.com"})
    answer = api("PATCH", f"{URL}/{row.pk}", {"max_participants": 1})
    assert (answer.status_code, answer.json()["taken"]) == (412, 2)


def test_cancel(api, account):
    row = series(account)
    assert api("POST", f"{URL}/{row.pk}/cancel", {"reason": "Holidays"}).json()["is_active"] is False
    assert not scheduled(row)
    assert api("POST", f"{URL}/{row.pk}/cancel", {}).status_code == 200
    assert api("PATCH", f"{URL}/{row.pk}", {"title": "x"}).status_code == 412


def test_register_for_the_whole_series(api, account):
    row = series(account)
    url = f"{URL}/{row.pk}/registrations"
    assert api("POST", url, {}).status_code == 400  # the key names nobody
    made = api("POST", url, {"email": "anna@example.com", "timezone": "Asia/Tokyo"}, X_User_Id="anna")
    assert made.status_code == 201, made.content
    guest = api("POST", url, {"guest_email": "ben@example.com"})
    assert Registration.objects.filter(session__series=row, status="registered").count() == 8
    listed = api("GET", url).json()["registrations"]
    assert {each["id"] for each in listed} == {made.json()["id"], guest.json()["id"]}
    assert api("DELETE", f"{url}/{made.json()['id']}").status_code == 204
    assert Registration.objects.filter(session__series=row, status="registered").count() == 4


def test_a_brand_sees_its_own(api, account):
    row = series(account)
    assert api("GET", f"{URL}/{row.pk}", X_Brand_Id="other").status_code == 404
    assert api("GET", f"{URL}/{row.pk}/registrations", X_Brand_Id="other").status_code == 404
    assert api("POST", URL, body(), X_Brand_Id="other").status_code == 400
    assert Session.objects.count() == 4
