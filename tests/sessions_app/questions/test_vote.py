"""Votes for questions."""

import pytest

from sessions_app.exceptions import NotJoinable, QuestionNotFound, SessionStateError
from sessions_app.models import Question, QuestionVote
from sessions_app.questions.vote import take_back, vote
from tests.sessions_app import factories
from tests.support.concurrency import at_once


@pytest.fixture
def question(account) -> Question:
    session = factories.session(account, max_participants=50)
    for user in ("anna", "ben"):
        factories.registration(session, user_id=user)
    return Question.objects.create(session=session, asker_user_id="anna", body="Why?", status="approved")


def voter(question: Question, user: str):
    return question.session_id, question.pk, factories.user_caller(question.session.account, user)


def test_a_vote_counts_once(question):
    for _ in range(2):
        assert vote(*voter(question, "anna")).vote_count == 1
    assert vote(*voter(question, "ben")).vote_count == 2
    for _ in range(2):
        assert take_back(*voter(question, "anna")).vote_count == 1


def test_only_attendees_vote_for_what_they_see(question):
    with pytest.raises(NotJoinable):
        vote(*voter(question, "carl"))
    Question.objects.update(status="pending")
    with pytest.raises(QuestionNotFound):
        vote(*voter(question, "ben"))
    assert vote(*voter(question, "anna")).vote_count == 1
    Question.objects.update(status="dismissed")
    with pytest.raises(SessionStateError, match="dismissed"):
        vote(*voter(question, "anna"))


@pytest.mark.django_db(transaction=True)
def test_the_count_is_right_when_all_vote_at_once(question):
    users = [f"u{number}" for number in range(10)]
    for user in users:
        factories.registration(question.session, user_id=user)

    def act(number: int) -> None:
        user = users[number % 10]
        for _ in range(3):
            vote(*voter(question, user))
            take_back(*voter(question, user))
        vote(*voter(question, user))

    at_once(20, act)
    question.refresh_from_db()
    assert question.vote_count == QuestionVote.objects.count()
    assert question.vote_count in range(11)
