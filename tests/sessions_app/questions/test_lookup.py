"""Who sees which questions."""

from uuid import uuid4

import pytest

from sessions_app.exceptions import QuestionNotFound
from sessions_app.models import Question, QuestionVote
from sessions_app.questions.lookup import get_question, questions_for, with_has_voted
from tests.sessions_app import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(account):
    session = factories.session(account)
    for status in Question.Status.values:
        Question.objects.create(session=session, asker_user_id="anna", body=status, status=status)
    Question.objects.create(session=factories.session(account), asker_user_id="anna", body="elsewhere")
    return session


@pytest.mark.parametrize(
    ("user", "seen"),
    [
        (factories.HOST, {"pending", "approved", "dismissed", "answered"}),
        ("anna", {"pending", "approved", "dismissed", "answered"}),
        ("ben", {"approved", "answered"}),
        ("", {"approved", "answered"}),
    ],
)
def test_others_see_what_is_visible(session, account, user, seen):
    caller = factories.user_caller(account, user)
    assert {question.body for question in questions_for(session, caller)} == seen


def test_back_ends_see_all(session, account):
    assert questions_for(session, factories.key_caller(account)).count() == 4


def test_has_voted_is_about_the_user(session):
    question = session.questions.get(body="approved")
    QuestionVote.objects.create(question=question, user_id="ben")
    voted = with_has_voted(session.questions.all(), "ben").filter(has_voted=True)
    assert list(voted) == [question]
    assert not with_has_voted(session.questions.all(), "").filter(has_voted=True)


def test_get_question_finds_what_is_seen(session, account):
    ben = factories.user_caller(account, "ben")
    assert get_question(session, session.questions.get(body="approved").pk, ben).body == "approved"
    for missing in (session.questions.get(body="pending").pk, uuid4()):
        with pytest.raises(QuestionNotFound):
            get_question(session, missing, ben)
