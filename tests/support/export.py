"""The export over the API, parsed; its trailer is checked and left out."""

import csv
import io
import json
from typing import Any

from tests.support.api_client import ApiClient


def ndjson_export(api: ApiClient, query: str = "") -> list[dict[str, Any]]:
    response = api("GET", f"/v1/calls/export?format=ndjson&{query}")
    assert response.status_code == 200, response.content
    *calls, trailer = [json.loads(line) for line in response.getvalue().splitlines()]
    assert trailer == {"end": True, "calls": len(calls)}
    return calls


def csv_export(api: ApiClient, query: str = "") -> list[dict[str, Any]]:
    response = api("GET", f"/v1/calls/export?{query}")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    *calls, trailer = csv.DictReader(io.StringIO(response.getvalue().decode(), newline=""))
    assert (trailer["id"], trailer["channel"]) == ("# end", str(len(calls)))
    return calls
