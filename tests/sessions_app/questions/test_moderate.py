"""Moderating questions."""

import pytest

from liveplatform.webhooks.models import Event
from sessions_app.exceptions import NotAllowed, QuestionNotFound
from sessions_app.models import Question, Session
from sessions_app.questions.moderate import moderate
from tests.sessions_app import factories

pytestmark = pytest.mark.django_db

Status = Question.Status


@pytest.fixture
def question(account) -> Question:
    session = factories.session(account)
    return Question.objects.create(session=session, asker_user_id="anna", body="Why?")


def act(question: Question, status: Question.Status, answer: str | None = None, user: str = factories.HOST):
    caller = factories.user_caller(question.session.account, user)
    return moderate(question.session_id, question.pk, caller, status, answer)


def test_hosts_approve_dismiss_and_answer(question):
    approved = act(question, Status.APPROVED)
    assert (approved.status, approved.moderator_user_id) == ("approved", factories.HOST)
    assert approved.moderated_at
    answered = act(question, Status.ANSWERED, "Because.")
    assert (answered.status, answered.answer) == ("answered", "Because.")
    assert act(question, Status.DISMISSED).answer == "Because."
    assert Event.objects.filter(type="question.moderated").count() == 3


def test_a_repeat_tells_nobody(question):
    first, second = (act(question, Status.ANSWERED, "Because.") for _ in range(2))
    assert first.moderated_at == second.moderated_at
    assert Event.objects.filter(type="question.moderated").count() == 1


def test_others_may_not(question):
    with pytest.raises(NotAllowed):
        act(question, Status.APPROVED, user="anna")


def test_after_the_session_it_is_possible_and_of_another_session_not(question, account):
    Session.objects.update(status="ended")
    assert act(question, Status.ANSWERED).status == "answered"
    other = factories.session(account)
    with pytest.raises(QuestionNotFound):
        moderate(other.pk, question.pk, factories.user_caller(account), Status.APPROVED)
