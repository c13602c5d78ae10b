"""CSV: what spreadsheets would run is escaped."""

from datetime import UTC, datetime

import pytest

from liveplatform.api.csv_format import csv_lines, csv_response


@pytest.mark.parametrize("risky", ["=1+1", "+cmd|x", "-1", "@SUM(A1)", "\t=1"])
def test_formulas_are_text(risky):
    assert csv_lines([[risky]]).decode().startswith("'") or csv_lines([[risky]]).decode().startswith("\"'")


def test_values():
    row = ["a,b", datetime(2026, 11, 21, tzinfo=UTC), True, None, 3, {"a": 1}, [], "+14155550100"]
    assert csv_lines([row]) == b'"a,b",2026-11-21T00:00:00Z,true,,3,"{""a"":1}",,+14155550100\r\n'


def test_a_file_is_for_download():
    answer = csv_response("people.csv", ["name"], [["Anna"]])
    assert (answer.content, answer["Cache-Control"]) == (b"name\r\nAnna\r\n", "no-store")
