"""Exceptions become errors in the shape of their surface, without internal details."""

import pytest
from django.test import Client

from liveplatform.accounts.models import Account

pytestmark = pytest.mark.urls("tests.support.probe_views")

SHAPES = {
    "/accounts": {"error", "message", "help", "request_id"},
    "/live": {"error", "message"},
    "/telephony": {"status", "message", "data", "error"},
    "/v1/calls": {"status", "message", "data", "error", "help", "request_id"},
}
ERRORS = {
    "conflict": (409, "step_not_settled"),
    "throttle": (429, "too_many_exports"),
    "database": (503, "database_unavailable"),
    "key": (503, "secret_unreadable"),
}


@pytest.mark.parametrize("path", ["/accounts", "/live", "/telephony"])
@pytest.mark.parametrize("then", ERRORS)
def test_an_exception_has_the_shape_of_its_surface(api, path, then):
    status, code = ERRORS[then]
    answer = api("POST", path, {"name": "x", "then": then})
    assert answer.status_code == status
    assert set(answer.json()) == SHAPES[path]
    assert answer.json()["error"] == code
    assert answer.json()["message"]


def test_a_database_that_is_away_is_503_with_retry_after(api):
    answer = api("POST", "/accounts", {"name": "x", "then": "database"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "server closed" not in answer.content.decode()


def test_429_has_retry_after(api):
    assert int(api("POST", "/accounts", {"name": "x", "then": "throttle"})["Retry-After"]) >= 7


def test_a_crash_is_500_without_details(api):
    answer = api("POST", "/accounts", {"name": "x", "then": "crash"})
    assert answer.status_code == 500
    assert answer.json()["error"] == "internal_error"
    assert "ZeroDivision" not in answer.content.decode()
    assert not Account.objects.filter(name="x").exists()


def test_a_method_that_is_not_there_has_the_shape_too(api):
    answer = api("PUT", "/telephony", {})
    assert (answer.status_code, set(answer.json())) == (405, SHAPES["/telephony"])


ID = "0d9a3f0e-0000-4000-8000-000000000000"


@pytest.mark.urls("liveplatform.urls")
@pytest.mark.parametrize("below", ["timeline", "steps", "end", "transcript", "analysis/nothing"])
def test_a_malformed_id_has_the_shape_of_a_well_formed_one(api, below):
    answers = [api("GET", f"/v1/calls/{call_id}/{below}") for call_id in ("abc", ID)]
    assert [set(answer.json()) for answer in answers] == [SHAPES["/accounts"]] * 2


@pytest.mark.parametrize("path", ["/nothing", "/v1/live/nothing"])
def test_an_unknown_address_is_404_without_a_key(db, path):
    assert Client().get(path).json()["error"] == "not_found"


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/v1/nothing", SHAPES["/accounts"]),
        ("/nothing", SHAPES["/accounts"]),
        ("/v1/live/nothing", {"error", "message"}),
        ("/v1/live/calls/not-an-id", {"error", "message"}),
        ("/v1/live/calls/0d9a3f0e-0000-4000-8000-00000000000z", {"error", "message"}),
        ("/v1/live/calls/------------------------------------", {"error", "message"}),
        ("/v1/live/calls/%00", {"error", "message"}),
        ("/calls/nothing/at/all", {"status", "message", "data", "error"}),
        ("/v1/calls/nothing/at/all", SHAPES["/accounts"]),
        ("/calls/%00", {"status", "message", "data", "error"}),
    ],
)
@pytest.mark.urls("liveplatform.urls")
def test_an_unknown_address_is_404_in_the_shape_of_its_surface(api, path, shape):
    answer = api("GET", path)
    assert answer.status_code == 404
    assert set(answer.json()) == shape


@pytest.mark.urls("liveplatform.urls")
@pytest.mark.parametrize(
    ("method", "path", "shape"),
    [
        ("POST", "/v1/calls", "/v1/calls"),
        ("GET", "/v1/calls", "/v1/calls"),
        ("GET", "/v1/calls/export", "/accounts"),
        ("GET", "/v1/calls/query", "/telephony"),
    ],
)
def test_a_request_that_is_refused_early_has_the_shape_of_its_view(api, method, path, shape):
    answer = api(method, path, Host="evil.example.com")
    assert (answer.status_code, set(answer.json())) == (400, SHAPES[shape])


@pytest.mark.urls("liveplatform.urls")
def test_a_host_that_is_not_ours_is_400(api):
    answer = api("GET", "/v1/live/calls", Host="evil.example.com")
    assert answer.status_code == 400
    assert Account.objects.exists()
