"""Parse and validate the turns of a transcript: [{role, text, start_ms, end_ms}]."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MAX_TURNS = 10_000
MAX_TEXT = 10_000
MAX_MS = 7 * 24 * 3600 * 1000

CUSTOMER, AGENT, OTHER = "customer", "agent", "other"
ROLES = {
    "customer": CUSTOMER,
    "user": CUSTOMER,
    "caller": CUSTOMER,
    "human": CUSTOMER,
    "guest": CUSTOMER,
    "patient": CUSTOMER,
    "agent": AGENT,
    "assistant": AGENT,
    "bot": AGENT,
    "ai": AGENT,
    "host": AGENT,
    "system": AGENT,
}


class BadTurn(ValueError):
    """An invalid turn: its index, the field, and what is wrong."""

    def __init__(self, index: int, field: str, message: str) -> None:
        super().__init__(f"turns[{index}].{field}: {message}" if field else message)
        self.index = index
        self.field = field
        self.message = message


@dataclass(frozen=True)
class Turn:
    """One turn; times are milliseconds from the start of the call, None if unknown."""

    role: str
    text: str
    start_ms: int | None = None
    end_ms: int | None = None

    @property
    def is_timed(self) -> bool:
        return self.start_ms is not None and self.end_ms is not None


def parse_turns(raw: Sequence[Any]) -> list[Turn]:
    """Validate JSON turns; raises BadTurn for the first invalid one."""
    if not isinstance(raw, list):
        raise BadTurn(0, "", "turns must be a list of {role, text, start_ms, end_ms}.")
    if len(raw) > MAX_TURNS:
        raise BadTurn(MAX_TURNS, "", f"A transcript holds at most {MAX_TURNS:,} turns.")
    return [_turn(index, entry) for index, entry in enumerate(raw)]


def _turn(index: int, entry: Any) -> Turn:  # noqa: ANN401 - anything a client may send
    if not isinstance(entry, dict):
        raise BadTurn(index, "", f"turns[{index}] must be an object with role and text.")
    unknown = sorted(set(map(str, entry)) - {"role", "text", "start_ms", "end_ms"})
    if unknown:
        raise BadTurn(index, unknown[0][:40], "There is no such field.")
    start, end = _ms(index, "start_ms", entry), _ms(index, "end_ms", entry)
    if start is not None and end is not None and end < start:
        raise BadTurn(index, "end_ms", "It must not be before start_ms.")
    role = _text(index, "role", entry, 40).strip().lower()
    return Turn(ROLES.get(role, OTHER), _text(index, "text", entry, MAX_TEXT), start, end)


def _text(index: int, field: str, entry: dict[str, Any], longest: int) -> str:
    value = entry.get(field)
    if not isinstance(value, str):
        raise BadTurn(index, field, "It must be text.")
    if "\0" in value:
        raise BadTurn(index, field, "It contains a NUL character; remove it.")
    if len(value) > longest:
        raise BadTurn(index, field, f"It is longer than {longest:,} characters.")
    return value


def _ms(index: int, field: str, entry: dict[str, Any]) -> int | None:
    value = entry.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_MS:
        raise BadTurn(index, field, f"It must be whole milliseconds from 0 to {MAX_MS:,}, or null.")
    return value
