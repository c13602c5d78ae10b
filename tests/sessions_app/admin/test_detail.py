"""A session's page tells its story, and hides what is private."""

from sessions_app.models import Mail, Question, SessionDuty
from tests.sessions_app.factories import registration, session


def url(session) -> str:
    return f"/admin/sessions_app/session/{session.pk}/change/"


def test_the_page_tells_the_story(staff, viewer, account):
    made = session(account, max_participants=1)
    anna = registration(made, name="Anna Bell")
    registration(made, user_id="ben", status="waitlist", waitlist_number=1)
    SessionDuty.objects.create(session=made, kind="remind", slot="60")
    Mail.objects.create(session=made, registration=anna, kind="reminder", cause="1", number=1, to=anna.email)
    Question.objects.create(session=made, asker_user_id="anna", body="Does a nap help?")
    shown = staff.get(url(made)).content.decode()
    told = (
        "<b>1</b> of 1",
        "1 registered, 1 waitlist",
        "Anna Bell",
        "anna@example.com",
        "Remind",
        "Reminder",
    )
    for text in (*told, "Does a nap help?"):
        assert text in shown, text
    hidden = viewer.get(url(made)).content.decode()
    assert "<b>1</b> of 1" in hidden and "Promote" not in hidden
    for text in ("Anna Bell", "anna@example.com", "Does a nap help?"):
        assert text not in hidden, text


def test_a_number_in_the_reason_is_masked(staff, viewer, account):
    made = session(account, status="cancelled", end_reason="Call me: +14155550123")
    assert "+14155550123" in staff.get(url(made)).content.decode()
    hidden = viewer.get(url(made)).content.decode()
    assert "0123" not in hidden.replace(str(made.pk), "") and "…23" in hidden
