"""/v1/calls/{id}/transcript and /analysis."""

import pytest

from calls.lifecycle.end import end
from calls.models import Analysis, Step
from tests.support.factories import phone_call

TURN = {"role": "customer", "text": "hello"}


@pytest.fixture
def path(account) -> str:
    return f"/v1/calls/{phone_call(account).pk}"


def texts(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [turn["text"] for turn in response.json()["turns"]]


def test_a_transcript_is_put_and_appended(api, path):
    assert api("GET", f"{path}/transcript").status_code == 404
    assert texts(api("PUT", f"{path}/transcript", {"turns": [TURN], "language": "en"})) == ["hello"]
    more = {"turns": [TURN | {"text": "again"}]}
    assert texts(api("POST", f"{path}/transcript", more)) == ["hello", "again"]
    stored = api("GET", f"{path}/transcript")
    assert (texts(stored), stored.json()["language"]) == (["hello", "again"], "en")
    assert texts(api("PUT", f"{path}/transcript", more)) == ["again"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "turns"),
        ({"turns": []}, "turns"),
        ({"turns": [{"role": "customer"}]}, "turns"),
        ({"turns": [TURN], "mood": "good"}, "mood"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_invalid_turns_are_400(api, path, method, body, field):
    response = api(method, f"{path}/transcript", body)
    assert response.status_code == 400
    assert list(response.json()["fields"]) == [field]


def test_the_analysis_of_a_live_call_is_none_and_cannot_be_run(api, path):
    assert api("GET", f"{path}/analysis").json() == {"state": "none", "error": None, "analysis": None}
    assert api("POST", f"{path}/analysis").status_code == 409


def test_the_newest_analysis_is_shown_and_run_again(api, account):
    call = phone_call(account)
    end(call.pk, account_id=account.pk, actor="test")
    for version in "12":
        Analysis.objects.create(
            call=call, metrics={}, sentiment={"label": "neutral"}, analyser="lexicon", version=version
        )
    step = Step.objects.filter(call=call, kind="analyse")
    step.update(state="failed", error="The model did not answer.")
    shown = api("GET", f"/v1/calls/{call.pk}/analysis").json()
    assert (shown["state"], shown["error"]) == ("failed", "The model did not answer.")
    assert shown["analysis"]["version"] == "2"
    assert api("POST", f"/v1/calls/{call.pk}/analysis").status_code == 202
    assert step.get().state == "pending"
