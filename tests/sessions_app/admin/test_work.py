"""Staff send mails and run duties again."""

from sessions_app.models import Mail, SessionDuty
from tests.sessions_app.factories import registration, session
from tests.support.admin_pages import act


def test_a_mail_is_sent_again_and_an_open_one_left(staff, account):
    made = session(account)
    person = registration(made)
    failed, waiting = (
        Mail.objects.create(
            session=made, registration=person, kind="reminder", cause=state, number=1, state=state
        )
        for state in ("failed", "pending")
    )
    assert "1 changed" in act(staff, "sessions_app/mail", "resend", failed, waiting)
    failed.refresh_from_db()
    assert failed.state == "pending"


def test_a_duty_that_failed_is_carried_out_again(staff, account):
    duty = SessionDuty.objects.create(session=session(account), kind="open", state="failed")
    act(staff, "sessions_app/sessionduty", "run_again", duty)
    duty.refresh_from_db()
    assert duty.state == "pending"
