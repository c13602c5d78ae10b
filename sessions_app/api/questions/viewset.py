"""Questions over REST: asked, voted for, moderated."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from liveplatform.accounts.scopes import READ, WRITE
from sessions_app.api.base import SessionsViewSet
from sessions_app.api.questions import serializers as shapes
from sessions_app.api.questions.pagination import QuestionPagination
from sessions_app.caller import Caller
from sessions_app.lookup import get_session
from sessions_app.models import Question
from sessions_app.questions.ask import ask
from sessions_app.questions.lookup import get_question, questions_for, with_has_voted
from sessions_app.questions.moderate import moderate
from sessions_app.questions.vote import take_back, vote
from sessions_app.representation import QuestionSerializer

Status = Question.Status
WRITES = ("create", "vote", "take_back", "approve", "dismiss", "answer")


class QuestionViewSet(SessionsViewSet[Question]):
    """`/v1/sessions/{id}/questions`"""

    queryset = Question.objects.all()
    account_field = "session__account_id"
    lookup_url_kwarg = "question_id"
    serializer_class = QuestionSerializer
    list_serializer_class = shapes.QuestionPageSerializer
    query_serializer = shapes.QuestionQuery
    pagination_class = QuestionPagination
    tags = ["Questions"]
    scopes = dict.fromkeys(("list", "retrieve"), READ) | dict.fromkeys(WRITES, WRITE)
    atomic_if_idempotent_actions = frozenset(WRITES)
    bodyless_actions = frozenset({"vote", "take_back", "approve", "dismiss"})
    errors = dict.fromkeys(("create", "vote", "take_back"), (412,))
    query: dict[str, Any]  # of the list, validated

    @extend_schema(
        summary="The questions of a session",
        description="Hosts, API keys and the scope admin:live see all; others those that were approved or "
        "answered, and their own.",
    )
    def list(self, request: Request, session_id: UUID) -> Response:
        self.query = query = self.read_query(shapes.QuestionQuery)
        session = get_session(session_id, self.caller.account_id, self.caller.brand_id)
        questions = questions_for(session, self.caller)
        if "status" in query:
            questions = questions.filter(status=query["status"])
        page = self.paginate_queryset(with_has_voted(questions, self.caller.user_id)) or []
        return self.get_paginated_response([shapes.VotedQuestionSerializer.write(row) for row in page])

    @extend_schema(
        summary="Ask a question",
        description="Of users with a seat, and of hosts.",
        request=shapes.QuestionRequest,
        responses={201: QuestionSerializer},
    )
    def create(self, request: Request, session_id: UUID) -> Response:
        body = self.read(shapes.QuestionRequest)["body"]
        return _answer(ask(session_id, body, self._user), status=201)

    @extend_schema(summary="Get a question")
    def retrieve(self, request: Request, session_id: UUID, question_id: UUID) -> Response:
        session = get_session(session_id, self.caller.account_id, self.caller.brand_id)
        return _answer(get_question(session, question_id, self.caller))

    @extend_schema(
        summary="Vote for a question",
        description="A user has one vote for each; safe to repeat.",
        request=None,
    )
    @action(detail=True, methods=["post"])
    def vote(self, request: Request, session_id: UUID, question_id: UUID) -> Response:
        return _answer(vote(session_id, question_id, self._user))

    @extend_schema(
        summary="Take a vote back",
        description="Safe to repeat.",
        responses={200: QuestionSerializer},
    )
    @vote.mapping.delete
    def take_back(self, request: Request, session_id: UUID, question_id: UUID) -> Response:
        return _answer(take_back(session_id, question_id, self._user))

    @extend_schema(summary="Approve a question, so that all see it", request=None)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, session_id: UUID, question_id: UUID) -> Response:
        return self._moderate(session_id, question_id, Status.APPROVED)

    @extend_schema(summary="Dismiss a question", request=None)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, session_id: UUID, question_id: UUID) -> Response:
        return self._moderate(session_id, question_id, Status.DISMISSED)

    @extend_schema(summary="Answer a question", request=shapes.AnswerRequest)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, session_id: UUID, question_id: UUID) -> Response:
        data = self.read(shapes.AnswerRequest)
        return self._moderate(session_id, question_id, Status.ANSWERED, data.get("answer"))

    @property
    def _user(self) -> Caller:
        """The caller, who must be a user. Raises ValidationError (400)."""
        return replace(self.caller, user_id=self.user_id)

    def _moderate(
        self, session_id: UUID, question_id: UUID, status: Question.Status, answer: str | None = None
    ) -> Response:
        return _answer(moderate(session_id, question_id, self.caller, status, answer))


def _answer(question: Question, status: int = 200) -> Response:
    return Response(QuestionSerializer.write(question), status=status)
