"""An agent's request names one way of answering; a change of it takes the place of the others."""

import pytest
from rest_framework.exceptions import ValidationError

from calls.api.agents.serializers import AgentRequest

BOT = {"name": "A", "websocket_url": "wss://bot.example.com/"}


def validated(body, *, partial=False):
    serializer = AgentRequest(data=body, partial=partial)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def test_one_answer_empties_the_others():
    assert validated(BOT) == BOT | {"answer_url": "", "twiml": ""}
    changed = validated({"twiml": "<Response/>"}, partial=True)
    assert changed == {"twiml": "<Response/>", "answer_url": "", "websocket_url": ""}


def test_a_change_of_something_else_leaves_the_answer():
    assert validated({"is_active": False}, partial=True) == {"is_active": False}


@pytest.mark.parametrize("body", [{"name": "A"}, BOT | {"twiml": "<Response/>"}, {"name": "A", "twiml": ""}])
def test_a_new_agent_has_exactly_one(body):
    with pytest.raises(ValidationError, match="exactly one"):
        validated(body)
