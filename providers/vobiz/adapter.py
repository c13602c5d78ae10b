"""Vobiz's voice API, v1: that of Plivo at another address, with headers of its own and other records.

Sources: docs.vobiz.ai, and the official package github.com/vobiz-ai/Vobiz-Python-SDK.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from providers.base import Leg
from providers.errors import Unavailable
from providers.http import path_segment
from providers.plivo.adapter import MAX_PAGES, Plivo
from providers.plivo.forks import ForkRules
from providers.plivo.signature import Signature
from providers.vobiz.wire import read_record

RECORDS_PER_PAGE = 100


class Vobiz(Plivo):
    """One customer's own Vobiz account (BYO)."""

    provider: ClassVar[str] = "vobiz"
    label: ClassVar[str] = "Vobiz"
    address: ClassVar[str] = "https://api.vobiz.ai"
    root: ClassVar[str] = "/api/v1/Account"
    sends_digits: ClassVar[bool] = False
    live_slash: ClassVar[str] = ""
    fork_rules: ClassVar[ForkRules] = ForkRules("Vobiz", pair=":")
    signature: ClassVar[Signature] = Signature("vobiz")
    kept_headers = signature.headers

    def check_credentials(self) -> None:
        """Lists the live calls: sub-accounts, which may do that, cannot read the account."""
        self.live_ids()

    def _record(self, call_id: str) -> Leg | None:
        found = self._found(f"/cdr/{path_segment(call_id)}")
        return read_record(found.get("data")) if found else None

    def _records(self, to: str, from_: str, since: datetime) -> Iterator[Leg]:
        """Of whole days, in UTC; the filters find parts of a number as well."""
        query = {"from_number": from_.lstrip("+"), "to_number": to.lstrip("+"), "call_direction": "outbound"}
        query["start_date"] = f"{since.astimezone(UTC):%Y-%m-%d}"
        query["end_date"] = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"
        for page in range(1, MAX_PAGES):
            paging = {"page": str(page), "per_page": str(RECORDS_PER_PAGE)}
            records = self._ask("GET", "/cdr", params={**query, **paging}).data.get("data")
            if not isinstance(records, list):
                raise Unavailable("Vobiz's answer is not a list of records.", code="bad_answer")
            yield from map(read_record, records)
            if len(records) < RECORDS_PER_PAGE:
                return
        raise Unavailable("Vobiz's list of records does not end.", code="bad_answer")

    def _auth(self) -> dict[str, Any]:
        return {"headers": {"X-Auth-ID": self._id, "X-Auth-Token": self._token}}
