"""Lists and exports over HTTP, from the server that serves them."""

import csv
import io
import json
import time


def test_a_call_is_found_by_why_it_ended_and_exported(customer):
    call = customer.phone_call(transcript=False)
    customer.ask("POST", "/calls/end", {"call_id": call.id, "disconnect_reason": "Shop closes at six"})

    found = customer.ask(
        "GET", "/calls/query?disconnect_reason=closes+at&end_code=ended_by_api&search=4155550111"
    )
    assert [each["id"] for each in found.json()["data"]] == [call.id]

    narrow = "/v1/calls/export?disconnect_reason=Shop+closes+at+six"
    (row,) = csv.DictReader(io.StringIO(customer.ask("GET", narrow).text))
    (line,) = customer.ask("GET", f"{narrow}&format=ndjson").text.splitlines()
    assert row["id"] == json.loads(line)["id"] == call.id
    assert row["end_code"] == "ended_by_api"


def test_the_head_of_an_export_takes_no_place_and_who_leaves_gives_his_back(customer):
    customer.phone_call(transcript=False)
    for _ in range(10):
        assert customer.http.head(f"{customer.local.url}/v1/calls/export", timeout=20).status_code == 200
    for _ in range(10):
        assert left_early(customer) == 200


def left_early(customer) -> int:
    """Ask for an export and read none of it; a moment later, if those before were not noticed to be gone."""
    for _ in range(50):
        with customer.http.get(f"{customer.local.url}/v1/calls/export", stream=True, timeout=20) as answer:
            if answer.status_code != 429:
                return answer.status_code
        time.sleep(0.1)
    return 429
