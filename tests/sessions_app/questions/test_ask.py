"""Asking a question."""

import json

import pytest

from liveplatform.webhooks.models import Event
from sessions_app.exceptions import NotJoinable, SessionStateError
from sessions_app.models import Question, Session
from sessions_app.questions.ask import ask
from tests.sessions_app import factories

pytestmark = pytest.mark.django_db


def test_attendees_and_hosts_ask(account):
    session = factories.session(account, co_host_ids=["helper"])
    factories.registration(session, user_id="anna")
    for user in ("anna", factories.HOST, "helper"):
        question = ask(session.pk, "Why?", factories.user_caller(account, user))
        assert (question.status, question.asker_user_id, question.vote_count) == ("pending", user, 0)
    assert Question.objects.count() == 3


@pytest.mark.parametrize("status", ["waitlist", "pending", "cancelled", "offered"])
def test_others_do_not(account, status):
    session = factories.session(account)
    factories.registration(session, user_id="anna", status=status)
    with pytest.raises(NotJoinable) as error:
        ask(session.pk, "Why?", factories.user_caller(account, "anna"))
    assert (error.value.reason, error.value.starts_at) == ("not_registered", session.scheduled_at)


@pytest.mark.parametrize("status", ["ended", "cancelled"])
def test_a_session_that_is_over_takes_no_questions(account, status):
    session = factories.session(account)
    Session.objects.update(status=status)
    with pytest.raises(SessionStateError, match=status):
        ask(session.pk, "Why?", factories.user_caller(account))


def test_it_is_published(account):
    session = factories.session(account)
    question = ask(session.pk, "Why?", factories.user_caller(account))
    event = Event.objects.get(type="question.asked")
    shown = json.loads(event.body)["data"]["question"]
    assert (shown["id"], shown["body"]) == (str(question.pk), "Why?") and shown["asked_at"]
