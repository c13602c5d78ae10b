"""The telephony API is served under both prefixes, and says which methods an address takes."""

import pytest
from django.urls import resolve

PATHS = [
    "calls/end",
    "calls/make-call",
    "calls/query",
    "calls/0d9a3f0e-0000-4000-8000-000000000000",
    "phone_number",
]


@pytest.mark.parametrize("path", PATHS)
def test_both_prefixes_lead_to_the_same_action(path):
    plain, versioned = resolve(f"/{path}").func, resolve(f"/v1/{path}").func
    head = {"head": None}  # DRF adds it at the first request
    assert (plain.cls, plain.actions | head) == (versioned.cls, versioned.actions | head)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("GET", "/calls", "POST"), ("GET", "/calls/end", "POST"), ("POST", "/calls/query", "GET, HEAD")],
)
def test_another_method_is_405_and_names_those_that_are_served(api, method, path, allowed):
    answer = api(method, path)
    assert (answer.status_code, answer["Allow"]) == (405, allowed)
