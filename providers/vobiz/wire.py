"""Vobiz's records of calls (CDR). All else is as Plivo has it (providers/plivo/wire.py).

Source: docs.vobiz.ai/cdr.
"""

from collections.abc import Mapping
from typing import Any

from providers.base import Leg
from providers.errors import UnknownOutcome
from providers.plivo.wire import count, final_status, parse_cost, parse_time


def read_record(record: object) -> Leg:
    """A CDR; `total_cost` includes that of its streams. Raises UnknownOutcome for anything else."""
    call: Mapping[str, Any] = record if isinstance(record, Mapping) else {}
    call_id, seconds = call.get("uuid"), count(call.get("billsec"))
    if not isinstance(call_id, str) or not call_id or "end_time" not in call:
        raise UnknownOutcome("Vobiz's answer is not the record of a call.", code="bad_answer")
    answered_at, cost = parse_time(call.get("answer_time")), parse_cost(call.get("total_cost"))
    unit, started_at = call.get("currency"), parse_time(call.get("start_time"))
    is_priced = cost and isinstance(unit, str) and len(unit) == 3  # noqa: PLR2004 - ISO 4217
    return Leg(
        id=call_id,
        status="ended",
        raw_status=final_status(call.get("hangup_cause"), is_answered=bool(answered_at or seconds)),
        started_at=started_at,
        answered_at=answered_at,
        ended_at=parse_time(call.get("end_time")),
        duration=seconds,
        created_at=started_at,
        cost=cost if is_priced else "",
        price_unit=str(unit).upper() if is_priced else "",
    )
