"""RealtimeKit's forms."""

import pytest

from providers.cloudflare.wire import read_error, read_livestream, read_page
from providers.errors import UnknownOutcome

OWN = {"success": False, "error": {"code": 500, "message": "no"}}
GATEWAY = {"success": False, "errors": [{"code": 10000, "message": "no"}], "messages": [], "result": None}


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (500, OWN, "500"),
        (403, GATEWAY, "10000"),
        (401, {"message": "Unauthorized"}, "401"),
        (404, {"success": False, "errors": [{"code": 7003}]}, "7003"),
        (404, {"success": False, "errors": [{"code": 1}]}, "404"),
        (404, {"success": False, "errors": []}, ""),
        (404, {"detail": "gateway"}, ""),
        (404, {"success": True, "error": {"code": 404}}, ""),
    ],
)
def test_both_forms_of_an_error_have_a_code_and_no_other_has(status, body, code):
    found, message, page = read_error(status, body)
    assert (found, bool(page)) == (code, bool(code))
    assert "no" not in message.split()


@pytest.mark.parametrize(
    ("raw", "status"),
    [("LIVE", "live"), ("INVOKED", "starting"), ("IDLE", "stopped"), ("ERRORED", "failed"), ("X", "unknown")],
)
def test_each_status_is_normalised(raw, status):
    assert read_livestream({"id": "s", "status": raw}).status == status


def test_a_list_is_taken_as_a_list_or_as_one_object():
    one = {"id": "s1", "paging": {"total_count": 1}}
    assert read_page({"success": True, "data": [one], "paging": {"total_count": 7}}) == ([one], 7)
    assert read_page({"success": True, "data": one}) == ([one], 1)
    for data in ({}, 5, "x"):
        with pytest.raises(UnknownOutcome):
            read_page({"success": True, "data": data})
