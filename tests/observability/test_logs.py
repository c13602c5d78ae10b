"""Logs: one JSON line per event, with what finds it again, and with nothing private."""

import json
import logging
import os
from collections.abc import Callable
from io import StringIO
from uuid import uuid4

import pytest
import structlog
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.core.signing import Signer
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from liveplatform.api import exceptions
from liveplatform.api.exceptions import problem_for
from liveplatform.observability import logs
from liveplatform.urls import urlpatterns as real


def _crash(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("nobody foresaw the call of +14155550123")


def _refused(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=502)


def _forged(request: HttpRequest) -> HttpResponse:
    raise DisallowedModelAdminLookup("Filtering by nope not allowed")


urlpatterns = [
    *real,
    path("crash", _crash),
    path("refused", _refused),
    path("forged", _forged),
]
handler500 = "liveplatform.api.exceptions.handler500"


@pytest.fixture
def written(monkeypatch) -> Callable[[], list[dict[str, object]]]:
    """The lines that were written since, as the platform's own formatter makes them."""
    stream = StringIO()
    config = logs.configure(level="INFO")
    made = config["formatters"]["structured"]
    handler = logging.StreamHandler(stream)
    for name in config["handlers"]["out"]["filters"]:
        handler.addFilter(config["filters"][name]["()"]())
    handler.setFormatter(made["()"](**{key: value for key, value in made.items() if key != "()"}))
    # A logger keeps the level of its first use.
    monkeypatch.setattr(logs, "log", structlog.get_logger("request"))
    monkeypatch.setattr(exceptions, "log", structlog.get_logger("liveplatform.api.exceptions"))
    structlog.contextvars.clear_contextvars()
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [handler])
    monkeypatch.setattr(root, "level", logging.INFO)
    for logger in ("request", "django.request", "django.security.DisallowedModelAdminLookup"):
        monkeypatch.setattr(logging.getLogger(logger), "disabled", False)
    root.manager._clear_cache()
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.manager._clear_cache()
    logs.configure(level=os.environ["LOG_LEVEL"])
    structlog.contextvars.clear_contextvars()


@pytest.mark.parametrize(
    "text",
    [
        "+14155550123",
        "call to +1 (415) 555-0123 failed",
        "/Calls.json?To=%2B14155550123",
        "(415) 555-0123",
        "415-555-0123",
        "from 4155550123",
    ],
)
def test_no_phone_number_is_written(text):
    assert "0123" not in logs.scrub(text)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("key lp_0a1b2c3d_s3cr3t-Value", "s3cr3t"),
        ("signing with whsec_c2VjcmV0", "c2VjcmV0"),
        ("Authorization: Bearer abc.def-ghi", "abc"),
        ("Authorization: Basic dXNlcjpwYXNz", "dXNl"),
        ("token eyJhbGciOi.eyJzdWIi.c2ln", "c2ln"),
        ("postgresql://me:p4ssw0rd@db.example.com/calls", "p4ssw0rd"),
        (
            f"/sessions/cancel/{Signer(key='k', salt='cancel', sep='.').sign('AZpx9kq3c0mC4mG3p1n0kA')}",
            "AZpx9",
        ),
        (
            f"/sessions/feed/{Signer(key='k', salt='feed', sep='.').sign('AZpx9kq3c0mC4mG3p1n0kA_a-b')}.ics",
            "AZpx9",
        ),
        ("The mail server answered 550: <anna.bell+x@mail.example.com> is unknown", "anna"),
        ("/users?email=anna%40example.com", "anna"),
        ("duplicate key\nDETAIL:  Failing row contains (+1415, hello there)", "hello"),
    ],
)
def test_no_secret_is_written(text, secret):
    assert secret not in logs.scrub(text)


@pytest.mark.parametrize(
    "text",
    [
        "01a1fc09-0000-7000-8000-000000000009",
        "01a1fc09000070008000000000000009",
        "2026-11-21T03:29:06.123456Z",
        "127.0.0.1:8000",
        "templates/sessions/session.html in liveplatform.work.drain",
        "404 of 1234567 rows",
        "12.5",
    ],
)
def test_what_finds_an_event_again_stays(text):
    assert logs.scrub(text) == text


def test_private_fields_are_hidden_however_deep(written):
    structlog.get_logger("request").info(
        "asked",
        data={"turns": [{"text": "my secret"}], "to": ["+14155550123"], "state": "live"},
        password="x",
    )

    (line,) = written()
    assert line["data"] == {"turns": "[private]", "to": ["[number]"], "state": "live"}
    assert line["password"] == "[private]"
    assert (line["event"], line["level"], line["logger"]) == ("asked", "info", "request")


def test_lines_of_other_libraries_go_the_same_way(written):
    logging.getLogger("some.library").warning("dialling %s", "+14155550123", extra={"attempt": 2})

    (line,) = written()
    assert (line["event"], line["attempt"], line["level"]) == ("dialling [number]", 2, "warning")


def test_a_request_is_one_line_with_its_id_account_and_call(written, api, account):
    call_id = uuid4()

    answer = api("GET", f"/v1/live/calls/{call_id}", X_Request_ID="mine-1")

    assert answer["X-Request-ID"] == "mine-1"
    (line,) = [line for line in written() if line["event"] == "request"]
    assert (line["request_id"], line["status"], line["method"]) == ("mine-1", 404, "GET")
    assert (line["account"], line["call_id"]) == (account.account_id, str(call_id))


@pytest.mark.parametrize("given", ["", "with space", "x" * 101, "line\nbreak", "+14155550123 "])
def test_a_request_id_that_is_not_sane_is_replaced(client, given):
    answer = client.get("/static/nothing", headers={"X-Request-ID": given})

    assert len(answer["X-Request-ID"]) == 32


@pytest.mark.urls("tests.observability.test_logs")
def test_a_crash_is_logged_once_with_its_traceback_and_request_id(written):
    client = Client(raise_request_exception=False)

    answer = client.get("/crash?to=%2B14155550123")

    assert answer.status_code == 500
    errors = [line for line in written() if line["level"] == "error"]
    assert len(errors) == 1
    assert errors[0]["request_id"] == answer["X-Request-ID"]
    assert "ZeroDivisionError" in errors[0]["exception"]
    assert "0123" not in json.dumps(written())


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("what", "status", "levels"),
    [
        ("refused", 502, {"warning", "info"}),
        ("forged", 400, {"warning", "info"}),
        ("crash", 500, {"error", "info"}),
    ],
)
def test_only_what_is_the_platforms_fault_is_an_error(written, what, status, levels):
    answer = Client(raise_request_exception=False).get(f"/{what}")
    assert answer.status_code == status
    assert {line["level"] for line in written()} == levels


def test_a_database_that_does_not_answer_is_an_error(written):
    assert problem_for(OperationalError("no such server")).status == 503
    assert [(line["event"], line["level"]) for line in written()] == [("database_unavailable", "error")]
