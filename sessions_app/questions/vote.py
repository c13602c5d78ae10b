"""Vote for a question: a user's vote counts once."""

from uuid import UUID

from django.db import transaction

from sessions_app.caller import Caller
from sessions_app.exceptions import SessionStateError
from sessions_app.lookup import get_session
from sessions_app.models import Question, QuestionVote
from sessions_app.questions.lookup import one_of, questions_for, require_attendee


def vote(session_id: UUID, question_id: UUID, caller: Caller) -> Question:
    """Vote for a question that the caller sees; safe to repeat.

    Raises SessionNotFound, QuestionNotFound, NotJoinable, and SessionStateError for a dismissed question.
    """
    with transaction.atomic():
        question = _lock(session_id, question_id, caller)
        if question.status == Question.Status.DISMISSED:
            raise SessionStateError("The question was dismissed; nobody votes for it any more.")
        _, is_new = QuestionVote.objects.get_or_create(question=question, user_id=caller.user_id)
        _count(question, 1 if is_new else 0)
    return question


def take_back(session_id: UUID, question_id: UUID, caller: Caller) -> Question:
    """Take the caller's vote back; safe to repeat. Errors as in `vote`, but for a dismissed question."""
    with transaction.atomic():
        question = _lock(session_id, question_id, caller)
        removed, _ = QuestionVote.objects.filter(question=question, user_id=caller.user_id).delete()
        _count(question, -removed)
    return question


def _lock(session_id: UUID, question_id: UUID, caller: Caller) -> Question:
    """Votes for one question wait for one another, not for the session."""
    session = get_session(session_id, caller.account_id, caller.brand_id)
    require_attendee(session, caller.user_id)
    questions = questions_for(session, caller).select_for_update(of=("self",), no_key=True)
    return one_of(questions, question_id)


def _count(question: Question, change: int) -> None:
    if change:
        question.vote_count += change
        question.save(update_fields=["vote_count"])
