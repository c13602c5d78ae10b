"""Agent: the database itself keeps it to one way of answering, and one of a name."""

import pytest
from django.db import IntegrityError

from calls.models import Agent


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"twiml": "<Response/>", "answer_url": "https://a.example.com/"},
        {"twiml": "<Response/>", "websocket_url": "wss://b.example.com/"},
        {"websocket_url": "wss://b.example.com/", "answer_url": "https://a.example.com/"},
    ],
)
def test_an_agent_answers_in_one_way(account, answers):
    with pytest.raises(IntegrityError, match="agent_answers_one_way"):
        Agent.objects.create(account=account, name="A", **answers)


def test_its_name_is_its_text(account):
    assert str(Agent.objects.create(account=account, name="A", twiml="<Response/>")) == "A"
