"""What each outcome says of the row and of the attempt."""

import pytest

from liveplatform.work.outcomes import fail, postpone, retry, skip, succeeded


@pytest.mark.parametrize(
    ("outcome", "state", "error", "retry_after"),
    [
        (succeeded({"a": 1}), "done", "", None),
        (retry("busy"), "again", "busy", None),
        (retry("busy", 30.0), "again", "busy", 30.0),
        (postpone(60.0), "later", "", 60.0),
        (fail("bad number"), "failed", "bad number", None),
        (skip("no room"), "skipped", "no room", None),
    ],
)
def test_an_outcome_has_a_state_a_reason_and_a_pause(outcome, state, error, retry_after):
    assert (outcome.state, outcome.error, outcome.retry_after) == (state, error, retry_after)


def test_details_belong_to_the_attempt_and_the_result_to_the_row():
    outcome = succeeded({"status": 200}, code="x", ms=3)
    assert (outcome.result, outcome.detail) == ({"status": 200}, {"code": "x", "ms": 3})
