"""The roster as CSV."""

import csv
import io

from liveplatform.admin.models import StaffAction
from sessions_app.admin import roster
from tests.sessions_app.factories import registration, session


def test_the_roster_is_safe_for_spreadsheets_and_its_export_recorded(staff, account):
    made = session(account)
    registration(made, name='=HYPERLINK("http://x")', answers={"topic": "sleep"})
    answer = staff.get(f"/admin/sessions_app/session/{made.pk}/roster.csv")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode()))
    assert row["name"] == '\'=HYPERLINK("http://x")'
    assert (row["user_id"], row["status"], row["answers"]) == ("anna", "registered", '{"topic":"sleep"}')
    assert answer["Content-Type"] == "text/csv; charset=utf-8" and "no-store" in answer["Cache-Control"]
    assert StaffAction.objects.get(verb="Export the roster").detail == {"rows": 1}


def test_the_name_of_the_file_says_that_a_long_roster_was_cut(staff, account, monkeypatch):
    monkeypatch.setattr(roster, "MAX_ROWS", 2)
    made = session(account)
    for name in ("anna", "ben", "cora"):
        registration(made, user_id=name)
    answer = staff.get(f"/admin/sessions_app/session/{made.pk}/roster.csv")
    assert f"roster-{made.pk}-first-2.csv" in answer["Content-Disposition"]
    assert len(answer.content.splitlines()) == 3
