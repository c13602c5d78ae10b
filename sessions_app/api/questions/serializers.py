"""Requests and answers of the questions API."""

from rest_framework import serializers

from liveplatform.api.pagination import DEFAULT_LIMIT, MAX_LIMIT
from liveplatform.api.serializers import CleanCharField, EnvelopeSerializer, PageQuery, StrictSerializer
from sessions_app.api.fields import WordField
from sessions_app.models import Question
from sessions_app.models.question import MAX_ANSWER_LENGTH, MAX_BODY_LENGTH
from sessions_app.representation import QuestionSerializer

VOTES, TIME = "votes", "time"


class QuestionRequest(StrictSerializer):
    """A question, as it is asked."""

    body = CleanCharField(min_length=1, max_length=MAX_BODY_LENGTH)


class AnswerRequest(StrictSerializer):
    """The text of the answer; without it the question was answered by word of mouth."""

    answer = CleanCharField(required=False, allow_blank=True, max_length=MAX_ANSWER_LENGTH)


class QuestionQuery(PageQuery):
    """The query string of the list."""

    status = WordField(
        choices=Question.Status.choices, required=False, help_text="Only questions in this status."
    )
    order = WordField(
        choices=(VOTES, TIME),
        required=False,
        default=VOTES,
        help_text="The most votes first, or the newest first.",
    )
    limit = serializers.IntegerField(  # type: ignore[assignment] # the other order reads it as text
        required=False,
        min_value=1,
        max_value=MAX_LIMIT,
        default=DEFAULT_LIMIT,
        help_text=f"Rows per page, 1 to {MAX_LIMIT}; default {DEFAULT_LIMIT}.",
    )


class VotedQuestionSerializer(QuestionSerializer):
    """A question; `has_voted` is about the caller."""

    has_voted = serializers.BooleanField()


class QuestionPageSerializer(EnvelopeSerializer):
    """A page of questions; `next_cursor` is null on the last."""

    questions = VotedQuestionSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
