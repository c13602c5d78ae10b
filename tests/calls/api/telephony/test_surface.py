"""Errors of the telephony API have the vendor's envelope, also where no view answers."""

import pytest

from calls.api.telephony.surface import TelephonyErrorBody, render
from liveplatform.api.surfaces import Problem


def test_an_error_is_rendered_with_every_field_of_its_schema():
    body = render(Problem(404, "not_found", "There is nothing."))
    assert body == {"status": "error", "message": "There is nothing.", "data": None, "error": "not_found"}
    assert set(body) == set(TelephonyErrorBody().fields)


@pytest.mark.parametrize("path", ["/calls/abc", "/calls/abc/timeline", "/v1/calls/abc"])
def test_an_unknown_address_below_calls_has_the_envelope(api, path):
    answer = api("GET", path)
    assert (answer.status_code, answer.json()["status"], answer.json()["data"]) == (404, "error", None)
