"""The participants of a call over REST: JSON in pages, and CSV."""

import csv
import io

import pytest

from calls.attendance.stays import record
from tests.calls.attendance.test_stays import at, end_at, stay
from tests.support.factories import video_call


@pytest.fixture
def call(account):
    made = video_call(account)
    record([(made.pk, stay(joined=0, left=5, name="Anna", role="host")), (made.pk, stay("ben", joined=1))])
    return made


def get(api, call, query=""):
    return api("GET", f"/v1/calls/{call.pk}/participants{query}")


def text(minute):
    return at(minute).isoformat().replace("+00:00", "Z")


def test_who_was_in_the_room(api, call):
    anna, ben = get(api, call).json()["participants"]
    assert anna == {
        "identity": "anna",
        "name": "Anna",
        "role": "host",
        "first_joined_at": text(0),
        "last_left_at": text(5),
        "seconds": 300,
        "stay_count": 1,
        "stays": [{"id": "s1", "joined_at": text(0), "left_at": text(5)}],
    }
    assert (ben["name"], ben["last_left_at"], ben["stays"][0]["left_at"]) == (None, None, None)
    end_at(call, 3)
    ben = get(api, call).json()["participants"][1]
    assert (ben["last_left_at"], ben["seconds"], ben["stays"][0]["left_at"]) == (text(3), 120, text(3))


def test_pages(api, call):
    first = get(api, call, "?limit=1").json()
    second = get(api, call, f"?limit=1&cursor={first['next_cursor']}").json()
    assert [page["participants"][0]["identity"] for page in (first, second)] == ["anna", "ben"]
    assert second["next_cursor"] is None


def test_csv(api, call):
    record([(call.pk, stay("=cmd|x", joined=2))])
    end_at(call, 3)
    answer = get(api, call, "?format=csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert f'filename="participants-{call.pk}.csv"' in answer["Content-Disposition"]
    lines = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [line["identity"] for line in lines] == ["anna", "ben", "'=cmd|x"]
    assert (lines[1]["last_left_at"], lines[1]["seconds"], lines[1]["stay_count"]) == (text(3), "120", "1")


@pytest.mark.parametrize("query", ["?format=xml", "?limit=0", "?cursor=x", "?nothing=1"])
def test_what_is_not_known_is_refused(api, call, query):
    assert get(api, call, query).status_code == 400
