"""Probes are answered before any other middleware, to GET and HEAD, and are not cached."""

import pytest
from django.test import Client

PATHS = ["/healthz", "/readyz", "/metrics"]


@pytest.mark.parametrize("path", PATHS)
def test_any_host_name_is_answered(db, path):
    assert Client(headers={"Host": "10.1.2.3:8000"}).get(path).status_code in (200, 503)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_only_reading_is_allowed(path, method):
    response = getattr(Client(), method)(path)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", PATHS)
def test_answers_are_not_cached(db, path):
    assert Client().get(path)["Cache-Control"] == "no-store"


def test_a_head_has_no_body():
    response = Client().head("/healthz")
    assert (response.status_code, response.content) == (200, b"")


def test_probes_have_no_request_id_and_so_no_log_line(db):
    assert "X-Request-ID" not in Client().get("/healthz")
    assert "X-Request-ID" in Client().get("/nothing")


def test_other_paths_are_passed_on(db):
    assert Client().get("/healthz/").status_code == 404
