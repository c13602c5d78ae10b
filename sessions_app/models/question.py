"""Question: asked by an attendee of a session; and the votes for it."""

from django.db import models
from django.db.models.functions import Now

from liveplatform.db.uuid7 import uuid7
from sessions_app.models.details import MAX_ID_LENGTH
from sessions_app.models.session import Session

MAX_BODY_LENGTH = 400
MAX_ANSWER_LENGTH = 4000


class Question(models.Model):
    """One question. Others see it when it was approved or answered."""

    class Status(models.TextChoices):
        PENDING = "pending"
        APPROVED = "approved"
        DISMISSED = "dismissed"
        ANSWERED = "answered"

    VISIBLE = (Status.APPROVED, Status.ANSWERED)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session = models.ForeignKey(Session, models.CASCADE, related_name="questions", db_index=False)
    asker_user_id = models.CharField(max_length=MAX_ID_LENGTH)
    body = models.CharField(max_length=MAX_BODY_LENGTH)
    answer = models.TextField(max_length=MAX_ANSWER_LENGTH, blank=True, default="", db_default="")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    vote_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)  # the vendor's `asked_at`
    moderated_at = models.DateTimeField(null=True, blank=True)
    moderator_user_id = models.CharField(max_length=MAX_ID_LENGTH, blank=True, default="", db_default="")

    class Meta:
        indexes = [models.Index(fields=["session", "-created_at", "-id"], name="question_of_session")]

    def __str__(self) -> str:
        return f"{self.status} question"


class QuestionVote(models.Model):
    """One user's vote for a question."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    question = models.ForeignKey(Question, models.CASCADE, related_name="votes", db_index=False)
    user_id = models.CharField(max_length=MAX_ID_LENGTH)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["question", "user_id"], name="one_vote_of_a_user")]

    def __str__(self) -> str:
        return f"vote of {self.user_id}"
