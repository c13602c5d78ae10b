"""The follow-up of a session: its attendance is settled once."""

from django.db.models.functions import Now

from calls.models import Participant, RecordingSync
from liveplatform.webhooks.models import Event
from sessions_app.lifecycle.end import end_session
from sessions_app.lifecycle.start import start_session
from sessions_app.models import Mail, Registration, SessionDuty
from tests.sessions_app.factories import key_caller, registration, session
from tests.support.draining import drain

FOLLOW_UP = SessionDuty.Kind.FOLLOW_UP


def followed_up(made):
    SessionDuty.objects.filter(session=made, kind=FOLLOW_UP).update(due_at=Now())
    drain(SessionDuty)
    return SessionDuty.objects.get(session=made, kind=FOLLOW_UP)


def ready(made):
    return Event.objects.filter(type="attendance.ready", subject_id=made.pk).count()


def test_the_provider_is_asked_before_attendance_is_settled(account, rooms, sandbox):
    made = session(account)
    registration(made)
    registration(made, user_id="ben")
    made = start_session(made.pk, key_caller(account))
    sandbox.trigger(str(made.call_id), "joined", identity="anna")
    end_session(made.pk, key_caller(account))
    duty = followed_up(made)
    assert (duty.state, ready(made)) == ("pending", 0)
    drain(RecordingSync)
    assert Participant.objects.get(call_id=made.call_id).identity == "anna"
    assert (followed_up(made).state, ready(made)) == ("done", 1)
    seconds = dict(Registration.objects.values_list("user_id", "attended_seconds"))
    assert (seconds["anna"] > 0, seconds["ben"]) == (True, 0)
    mails = Mail.objects.filter(session=made, kind__in=("thanks", "missed"))
    assert set(mails.values_list("registration__user_id", "kind")) == {("anna", "thanks"), ("ben", "missed")}


def test_a_session_that_goes_on_has_no_follow_up(account):
    made = session(account, status="live")
    SessionDuty.objects.create(session=made, kind=FOLLOW_UP)
    assert (followed_up(made).state, ready(made)) == ("done", 0)
