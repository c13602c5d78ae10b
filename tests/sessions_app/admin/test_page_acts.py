"""A session's page: its story, the start, one of the list's acts, and the roster as CSV."""

import csv
import io

from liveplatform.admin.models import StaffAction
from sessions_app.models import Mail, Question, SessionDuty
from tests.sessions_app.factories import registration, session


def url(session, path="change/") -> str:
    return f"/admin/sessions_app/session/{session.pk}/{path}"


def test_the_page_tells_the_story(staff, viewer, account):
    made = session(account, max_participants=1)
    anna = registration(made, name="Anna Bell")
    registration(made, user_id="ben", status="waitlist", waitlist_number=1)
    SessionDuty.objects.create(session=made, kind="remind", slot="60")
    Mail.objects.create(session=made, registration=anna, kind="reminder", cause="1", number=1, to=anna.email)
    Question.objects.create(session=made, asker_user_id="anna", body="Does a nap help?")
    shown = staff.get(url(made)).content.decode()
    for text in ("<b>1</b> of 1", "Anna Bell", "anna@example.com", "Remind", "Reminder", "Does a nap help?"):
        assert text in shown, text
    hidden = viewer.get(url(made)).content.decode()
    assert "<b>1</b> of 1" in hidden and "Promote" not in hidden
    for text in ("Anna Bell", "anna@example.com", "Does a nap help?"):
        assert text not in hidden, text


def test_staff_start_a_session_once_they_were_asked(staff, account, rooms):
    made = session(account)
    assert "Its room is opened" in staff.get(url(made, "start/")).content.decode()
    made.refresh_from_db()
    assert made.status == "scheduled"
    assert "The session is live." in staff.post(url(made, "start/"), follow=True).content.decode()
    made.refresh_from_db()
    assert made.status == "live"
    assert StaffAction.objects.get(verb="Start").account_id == account.pk


def test_a_start_that_fails_is_told(staff, account):
    made = session(account)
    answer = staff.post(url(made, "start/"), follow=True).content.decode()
    assert "errornote" in answer or 'class="error"' in answer
    made.refresh_from_db()
    assert made.status == "scheduled" and not StaffAction.objects.filter(verb="Start").exists()


def test_a_button_asks_about_this_session_alone(staff, account):
    made, other = session(account), session(account)
    shown = staff.get(url(made, "act/cancel_sessions/")).content.decode()
    assert str(made.pk) in shown and str(other.pk) not in shown


def test_who_may_only_view_starts_and_exports_nothing(viewer, account):
    made = session(account)
    for path in ("start/", "roster.csv", "act/cancel_sessions/"):
        assert viewer.get(url(made, path)).status_code == 403, path
        assert viewer.post(url(made, path)).status_code == 403, path


def test_the_roster_is_safe_for_spreadsheets_and_its_export_recorded(staff, account):
    made = session(account)
    registration(made, name='=HYPERLINK("http://x")', answers={"topic": "sleep"})
    answer = staff.get(url(made, "roster.csv"))
    (row,) = csv.DictReader(io.StringIO(answer.content.decode()))
    assert row["name"] == '\'=HYPERLINK("http://x")'
    assert (row["user_id"], row["status"], row["answers"]) == ("anna", "registered", '{"topic":"sleep"}')
    assert answer["Content-Type"] == "text/csv; charset=utf-8" and "no-store" in answer["Cache-Control"]
    assert StaffAction.objects.get(verb="Export the roster").detail == {"rows": 1}
