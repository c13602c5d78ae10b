"""Ask a question in a session."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from sessions_app.caller import Caller
from sessions_app.lookup import lock_session
from sessions_app.models import Question
from sessions_app.publish import QUESTION_ASKED, publish
from sessions_app.questions.lookup import require_attendee


def ask(session_id: UUID, body: str, caller: Caller) -> Question:
    """Ask `body` (1 to 400 characters) for the caller, who must be a user with a seat, or a host.

    Hosts see it at once, others when it is approved. Raises SessionNotFound, NotJoinable, SessionStateError.
    """
    with transaction.atomic():
        session = lock_session(session_id, caller.account_id, caller.brand_id)
        require_attendee(session, caller.user_id)
        question = Question(
            session=session, asker_user_id=caller.user_id, body=body, created_at=timezone.now()
        )
        question.save(force_insert=True)
        publish(session, QUESTION_ASKED, question=question)
    return question
