"""Moderate a question: hosts approve, dismiss or answer it."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from sessions_app.caller import Caller
from sessions_app.lookup import lock_session
from sessions_app.models import Question
from sessions_app.publish import QUESTION_MODERATED, publish
from sessions_app.questions.lookup import one_of


def moderate(
    session_id: UUID,
    question_id: UUID,
    caller: Caller,
    status: Question.Status,
    answer: str | None = None,
) -> Question:
    """Give the question another status, and an `answer` unless it is None; also when the session is over.

    Safe to repeat: what changes nothing is told to nobody. Raises SessionNotFound, QuestionNotFound and
    NotAllowed.
    """
    with transaction.atomic():
        session = lock_session(session_id, caller.account_id, caller.brand_id)
        caller.require_host_of(session)
        rows = Question.objects.filter(session=session).select_for_update(of=("self",), no_key=True)
        question = one_of(rows, question_id)
        after = (status, question.answer if answer is None else answer)
        if (question.status, question.answer) != after:
            question.status, question.answer = after
            question.moderated_at = timezone.now()
            question.moderator_user_id = caller.user_id
            question.save(update_fields=["status", "answer", "moderated_at", "moderator_user_id"])
            publish(session, QUESTION_MODERATED, question=question)
    return question
