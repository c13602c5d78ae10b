"""The attendance of a session over REST."""

import csv
import io

import pytest

from tests.sessions_app.attendance.test_people import at, held, three_kinds, was_there
from tests.sessions_app.factories import HOST, registration, user_token


@pytest.fixture
def made(account):
    made = held(account)
    three_kinds(made)
    was_there(made, "anna", left=3)
    was_there(made, HOST)
    return made


def get(api, made, query="", **headers):
    return api("GET", f"/v1/sessions/{made.pk}/attendance{query}", **headers)


def text(minute):
    return at(minute).isoformat().replace("+00:00", "Z")


def test_who_came_so_far(api, made):
    body = get(api, made).json()
    assert (body["registered"], body["attended"], body["absent"], body["is_settled"]) == (3, 1, 2, False)
    anna, patient, guest = body["attendance"]
    assert (anna["user_id"], anna["attended"], anna["minutes"]) == ("anna", True, 3.0)
    assert (anna["first_joined_at"], anna["last_left_at"]) == (text(0), text(3))
    assert (patient["patient_id"], patient["attended"]) == ("p-1", False)
    assert (guest["identity"], guest["minutes"]) == (f"guest-{guest['registration_id']}", 0.0)
    assert [(host["identity"], host["role"], host["attended"]) for host in body["hosts"]] == [
        (HOST, "host", True)
    ]


def test_pages(api, made):
    first = get(api, made, "?limit=2").json()
    second = get(api, made, f"?limit=2&cursor={first['next_cursor']}").json()
    assert [len(page["attendance"]) for page in (first, second)] == [2, 1]


def test_csv(api, made):
    registration(made, user_id="eve", name='=HYPERLINK("x")')
    answer = get(api, made, "?format=csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    lines = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [line["user_id"] for line in lines] == [HOST, "anna", "", "", "eve"]
    assert (lines[1]["attended"], lines[1]["minutes"], lines[1]["last_left_at"]) == ("true", "3.0", text(3))
    assert lines[4]["name"] == '\'=HYPERLINK("x")'


def test_a_host_who_is_registered_is_listed_once(api, made):
    registration(made, user_id=HOST, role="host", name="Dr. Jones")
    body = get(api, made).json()
    assert HOST not in [each["user_id"] for each in body["attendance"]]
    assert ([host["identity"] for host in body["hosts"]], body["registered"]) == ([HOST], 3)
    lines = list(csv.DictReader(io.StringIO(get(api, made, "?format=csv").content.decode())))
    assert [(line["user_id"], line["name"]) for line in lines][:2] == [(HOST, "Dr. Jones"), ("anna", "")]
    assert len(lines) == 4


@pytest.mark.parametrize(("user", "status"), [(HOST, 200), ("anna", 403)])
def test_it_is_for_hosts(api, account, made, user, status):
    answer = get(api, made, Authorization=f"Bearer {user_token(account, user)}")
    assert answer.status_code == status, answer.content


@pytest.mark.parametrize("query", ["?format=xml", "?limit=x", "?nothing=1"])
def test_what_is_not_known_is_refused(api, made, query):
    assert get(api, made, query).status_code == 400


def test_of_another_brand_it_is_not_there(api, made):
    assert get(api, made, X_Brand_Id="other").status_code == 404
