"""Errors of the live calls API are {error, message}, also where no view answers."""

import pytest


@pytest.mark.parametrize("path", ["/v1/live/nothing", "/v1/live/calls/abc", "/v1/live/calls/abc/end"])
def test_an_unknown_address_has_the_shape(api, path):
    answer = api("GET", path)
    assert (answer.status_code, set(answer.json())) == (404, {"error", "message"})


def test_invalid_input_has_no_fields_beside_the_message(api):
    answer = api("POST", "/v1/live/calls", {"title": ""})
    assert (answer.status_code, set(answer.json())) == (400, {"error", "message"})
