"""Which questions a caller sees."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from sessions_app.caller import Caller
from sessions_app.exceptions import NotJoinable, QuestionNotFound, SessionStateError
from sessions_app.models import Question, QuestionVote, Registration, Session
from sessions_app.models.person import person_key
from sessions_app.rules import is_possible


def questions_for(session: Session, caller: Caller) -> QuerySet[Question]:
    """All of a session for its hosts; for others those that are visible, and their own."""
    questions = Question.objects.filter(session=session)
    if caller.is_trusted or caller.is_host_of(session):
        return questions
    own = Q(asker_user_id=caller.user_id) if caller.user_id else Q()
    return questions.filter(Q(status__in=Question.VISIBLE) | own)


def with_has_voted(questions: QuerySet[Question], user_id: str) -> QuerySet[Question]:
    """These questions with `has_voted`: whether the user votes for it."""
    votes = QuestionVote.objects.filter(question=OuterRef("pk"), user_id=user_id)
    return questions.annotate(has_voted=Exists(votes))


def get_question(session: Session, question_id: UUID, caller: Caller) -> Question:
    """The question, if the caller sees it. Raises QuestionNotFound."""
    return one_of(questions_for(session, caller), question_id)


def one_of(questions: QuerySet[Question], question_id: UUID) -> Question:
    """The question with this id. Raises QuestionNotFound."""
    question = questions.filter(pk=question_id).first()
    if question is None:
        raise QuestionNotFound(str(question_id))
    return question


def require_attendee(session: Session, user_id: str) -> None:
    """Raise SessionStateError if the session is over, NotJoinable unless the user hosts it or has a seat."""
    if not is_possible(session, "ask"):
        raise SessionStateError(f"The session is '{session.status}'; questions are closed.")
    if user_id in session.host_ids:
        return
    own = Registration.objects.filter(session=session, person_key=person_key(user_id=user_id))
    if not own.filter(status=Registration.Status.REGISTERED).exists():
        message = "Only people who are registered for the session may ask and vote."
        raise NotJoinable(message, "not_registered", session.scheduled_at)
