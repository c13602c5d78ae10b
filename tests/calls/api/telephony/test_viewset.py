"""`/calls/…`: the vendor's envelope and 37 fields, ends that are answered as the vendor does, bad input."""

import pytest

from tests.support.factories import NUMBER, TWIML, phone_call

FIELDS = (
    "id call_sid company_id campaign_id ai_agent_id contact_id call_provider call_from call_to call_duration "
    "call_status call_direction is_test call_rating call_feedback record_url transcript transcript_object "
    "transcript_language cost price_unit latency disconnect_reason analysis_sentiment agent_task_status "
    "agent_task_feedback metadata agent_dynamic_variables agent_post_call_outcomes notes created_at updated_at "
    "deleted_at started_at ended_at retry_at workspace_id"
)


def test_a_telephony_call_has_the_37_fields_in_the_envelope(api):
    call = phone_call(api.account)
    for path in (f"/calls/{call.pk}", f"/v1/calls/{call.pk}"):
        answer = api("GET", path).json()
        assert set(answer) == {"status", "message", "data"}
        assert set(answer["data"]) == set(FIELDS.split())
    assert answer["data"]["call_status"] == "in-progress"


@pytest.mark.parametrize("path", ["/calls/end", "/v1/calls/end"])
def test_an_end_answers_the_ended_call(api, path):
    call = phone_call(api.account)
    answer = api("POST", path, {"call_id": str(call.pk), "an_unknown_field": 1})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["status"], body["data"]["id"]) == ("ok", str(call.pk))
    assert body["data"]["disconnect_reason"] == "Ended Via API call"
    assert body["data"]["ended_at"]
    assert body["data"]["call_status"] == "completed"


def test_the_callers_reason_is_stored(api):
    call = phone_call(api.account)
    body = {"call_id": str(call.pk), "disconnect_reason": "Customer requested to end call"}
    assert (
        api("POST", "/calls/end", body).json()["data"]["disconnect_reason"]
        == "Customer requested to end call"
    )


@pytest.mark.parametrize("reason", [None, ""])
def test_an_empty_reason_is_the_default(api, reason):
    call = phone_call(api.account)
    answer = api("POST", "/calls/end", {"call_id": str(call.pk), "disconnect_reason": reason})
    assert answer.json()["data"]["disconnect_reason"] == "Ended Via API call"


DEFAULT = "Ended Via API call"
ODD_REASONS = {
    "too long": (f'"{"x" * 501}"', "x" * 500),
    "much too long": (f'"{"é" * 100_000}"', "é" * 500),
    "a list": ('["x"]', DEFAULT),
    "an object": ('{"a": 1}', DEFAULT),
    "a number": ("7", DEFAULT),
    "a number that nothing can hold": ("1e999", DEFAULT),
    "a boolean": ("true", DEFAULT),
    "a deep nest": ("[" * 100 + "]" * 100, DEFAULT),
    "NUL characters": ('"a\\u0000b"', "ab"),
    "half a surrogate pair": ('"a\\ud800b"', "a?b"),
    "blanks": ('"  "', DEFAULT),
}


@pytest.mark.parametrize(("reason", "stored"), ODD_REASONS.values(), ids=ODD_REASONS)
def test_no_end_is_refused_because_of_its_reason(api, reason, stored):
    call = phone_call(api.account)
    answer = api("POST", "/calls/end", f'{{"call_id": "{call.pk}", "disconnect_reason": {reason}}}'.encode())
    assert answer.status_code == 200
    assert answer.json()["data"]["disconnect_reason"] == stored
    call.refresh_from_db()
    assert call.is_over


BAD_ENDS = [
    {},
    {"call_id": "no-uuid"},
    {"call_id": 7},
    {"call_id": None},
    {"call_id": "550e8400-e29b-41d4-a716-446655440000"},
    {"call_id": "\ud800"},
    b"{",
    b"[]",
]


@pytest.mark.parametrize("body", BAD_ENDS, ids=repr)
def test_errors_of_an_end_are_200_and_empty_or_strict_on_request(api, body):
    odd = api("POST", "/calls/end", body)
    assert (odd.status_code, odd.content) == (200, b"")
    assert odd["Content-Type"] == "application/json", "as the document has it"

    honest = api("POST", "/calls/end", body, Prefer="handling=strict")
    assert honest.status_code in (400, 404)
    assert honest["Preference-Applied"] == "handling=strict"
    assert set(honest.json()) == {"status", "message", "data", "error"}

    api.account.strict_errors = True
    api.account.save()
    assert api("POST", "/calls/end", body).status_code == honest.status_code


def test_a_call_without_a_number_of_the_account_cannot_be_ended_here(api):
    call = phone_call(api.account, from_number="+14155559999")
    odd = api("POST", "/calls/end", {"call_id": str(call.pk)})
    assert (odd.status_code, odd.content) == (200, b"")
    call.refresh_from_db()
    assert not call.is_over

    honest = api("POST", "/calls/end", {"call_id": str(call.pk)}, Prefer="handling=strict")
    assert honest.status_code == 409
    assert "phone number" in honest.json()["message"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"call_from": "+14155559999"}, "call_from is not a phone number of this account"),
        ({"call_from": "hello"}, "call_from"),
        ({"call_to": "12"}, "call_to: This is not a possible phone number"),
        ({"dynamic_variables": [{"name": "two words", "value": "x"}]}, "spaces"),
        ({"dynamic_variables": [{"name": "n", "value": ""}]}, "dynamic_variables.0.value"),
        ({"workspace": "x" * 101}, "workspace"),
        ({"ai_agent_id": "no"}, "ai_agent_id"),
        ({"is_test": "perhaps"}, "is_test"),
        ({"url": "https://example.com/voice"}, "url or twiml, not both"),
    ],
)
def test_bad_make_calls_are_400_in_the_envelope_and_leave_no_call(api, change, complaint):
    phone_call(api.account)
    body = {"call_from": NUMBER, "call_to": "+14155550111", "twiml": TWIML} | change
    answer = api("POST", "/calls/make-call", body)
    assert answer.status_code == 400, answer.content
    assert complaint in answer.json()["message"]
    assert api.account.calls.count() == 1


@pytest.mark.parametrize(
    "more", [{}, {"ai_agent_id": "550e8400-e29b-41d4-a716-446655440000"}, {"twiml": " "}]
)
def test_a_call_that_would_be_silent_is_not_dialled(api, more):
    phone_call(api.account)
    answer = api("POST", "/calls/make-call", {"call_from": NUMBER, "call_to": "+14155550111"} | more)
    assert (answer.status_code, answer.json()["error"]) == (400, "no_call_instructions")
    assert "`twiml`" in answer.json()["message"]
    assert api.account.calls.count() == 1


@pytest.mark.parametrize("said", [{}, {"is_test": False}, {"is_test": True}])
def test_a_call_is_a_test_call_if_the_caller_says_so(api, line, said):
    body = {"call_from": NUMBER, "call_to": "+14155550111", "twiml": TWIML} | said
    answer = api("POST", "/calls/make-call", body)
    assert answer.json()["data"]["is_test"] is said.get("is_test", False)
