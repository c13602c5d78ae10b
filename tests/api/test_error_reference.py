"""/api/docs/errors, and the answers that lead there."""

import re

import pytest

from liveplatform.api.error_reference import error_reference

PATH = "/api/docs/errors"


def test_a_browser_gets_a_page_with_an_anchor_for_each_code(client):
    answer = client.get(PATH, headers={"Accept": "text/html,*/*;q=0.8"})
    assert answer["Content-Type"].startswith("text/html")
    assert re.findall(r'<section id="(\w+)">', answer.content.decode()) == list(error_reference())


def test_a_client_gets_json(client):
    answer = client.get(PATH, headers={"Accept": "application/json"})
    assert answer["Content-Type"] == "application/json"
    entries = answer.json()["errors"]
    assert [entry["code"] for entry in entries] == list(error_reference())
    assert entries[0].keys() == {"code", "statuses", "meaning", "remedy"}


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/calls/0d9a3f0e-0000-4000-8000-000000000000/record"])
def test_an_error_links_to_its_code_and_carries_the_request_id(api, path, settings):
    answer = api("GET", path, X_Request_ID="mine-7")
    body = answer.json()
    assert body["help"] == f"{settings.PUBLIC_URL}{PATH}#{body['error']}"
    assert body["request_id"] == answer["X-Request-ID"] == "mine-7"
    assert answer["Link"] == f'<{body["help"]}>; rel="help"'


@pytest.mark.parametrize("given", ["", "a b", "x" * 101, "ü"])
def test_a_request_id_that_is_not_safe_is_replaced(api, given):
    answer = api("GET", "/v1/nothing", X_Request_ID=given)
    assert re.fullmatch("[0-9a-f]{32}", answer.json()["request_id"])
    assert answer.json()["request_id"] == answer["X-Request-ID"]


def test_errors_in_a_vendors_shape_link_in_a_header_alone(api):
    for path in ("/v1/live/calls/x", "/calls/x"):
        answer = api("GET", path)
        assert answer["Link"].endswith('#not_found>; rel="help"')
        assert "help" not in answer.json()
