"""The cursor of questions by votes."""

from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from sessions_app.api.questions.pagination import _decode, _encode
from sessions_app.models import Question


def test_a_cursor_holds_the_whole_key():
    question = Question(id=uuid4(), vote_count=12, created_at=timezone.now())
    assert _decode(_encode(question)) == (12, question.created_at, question.pk)


@pytest.mark.parametrize("cursor", ["", "x", "1-2-3", "1-2-" + "g" * 32, "١-2-" + "a" * 32])
def test_others_are_refused(cursor):
    with pytest.raises(ValidationError):
        _decode(cursor)
