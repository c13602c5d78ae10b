"""The roster as CSV."""

import csv
import io

from liveplatform.admin.models import StaffAction
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
