"""What an error answer says, in the shape of whichever surface."""

import re
from typing import Any


def code_of(answer: Any) -> str:
    """The machine-readable code: every error links to its entry in the reference."""
    return re.search(r'#(\w+)>; rel="help"', answer["Link"])[1]  # type: ignore[index]


def message_of(answer: Any) -> str:
    """Its text: `message`, or `error` where a vendor has no other field, or has it in there."""
    body = answer.json()
    text = body.get("message") or body["error"]
    return text["message"] if isinstance(text, dict) else text
