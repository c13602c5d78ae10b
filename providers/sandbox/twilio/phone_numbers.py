"""Twilio's IncomingPhoneNumbers: the numbers of an account (source: github.com/twilio/twilio-oai)."""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from aiohttp import web

from providers.sandbox.twilio.pages import page
from providers.sandbox.vendor import Reply, Vendor

FIRST_NUMBER = "+14155550100"  # that of every account, until it is released
# E.164, or the address of a SIP endpoint or a client.
CALLABLE = re.compile(r"\+[1-9][0-9]{6,14}|(sip:|client:).+", re.ASCII)
INVALID_NUMBER = "+15005550001"  # Twilio's own magic number for an invalid one


def is_callable(number: str) -> bool:
    """Whether Twilio takes it as To or From; else 21211 or 21212."""
    return bool(CALLABLE.fullmatch(number)) and number != INVALID_NUMBER


class PhoneNumbers:
    """The numbers of all accounts, in memory, by account SID and number SID."""

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor
        self.owned: dict[str, dict[str, dict[str, Any]]] = {}

    def routes(self) -> Sequence[web.RouteDef]:
        numbers = "/2010-04-01/Accounts/{account}/IncomingPhoneNumbers"
        handler = self.vendor.handler
        return [
            web.get(f"{numbers}.json", handler("list_numbers", self.list)),
            web.post(f"{numbers}.json", handler("buy_number", self.create)),
            web.get(f"{numbers}/{{sid}}.json", handler("get_number", self.get)),
            web.delete(f"{numbers}/{{sid}}.json", handler("release_number", self.release)),
        ]

    def list(self, request: web.Request, form: Any) -> Reply:  # noqa: ANN401 - a multidict of the form
        rows = self._of(request).values()
        wanted = request.query.get("PhoneNumber", "")
        found = [row for row in rows if wanted in row["phone_number"]]
        return page(request, "incoming_phone_numbers", found)

    def create(self, request: web.Request, form: Any) -> Reply:  # noqa: ANN401
        number = form.get("PhoneNumber", "")
        if not is_callable(number):
            return self.vendor_error(400, 21421, f"PhoneNumber {number} is not valid")
        row = number_resource(request.match_info["account"], number)
        self._of(request)[row["sid"]] = row
        return Reply(201, row, effect=True, resource=row["sid"])

    def get(self, request: web.Request, form: Any) -> Reply:  # noqa: ANN401
        row = self._of(request).get(request.match_info["sid"])
        return Reply(200, row) if row else self.vendor.unknown_address(request)

    def release(self, request: web.Request, form: Any) -> Reply:  # noqa: ANN401
        row = self._of(request).pop(request.match_info["sid"], None)
        return Reply(204, {}, effect=True, raw=b"") if row else self.vendor.unknown_address(request)

    def vendor_error(self, status: int, code: int, message: str) -> Reply:
        reply = self.vendor.error(status)
        more_info = f"https://www.twilio.com/docs/errors/{code}"
        return Reply(status, reply.body | {"code": code, "message": message, "more_info": more_info})

    def _of(self, request: web.Request) -> dict[str, dict[str, Any]]:
        account = request.match_info["account"]
        if account not in self.owned:
            row = number_resource(account, FIRST_NUMBER)
            self.owned[account] = {row["sid"]: row}
        return self.owned[account]


def number_resource(account: str, number: str) -> dict[str, Any]:
    """An IncomingPhoneNumber; its SID follows from the account and the number."""
    sid = "PN" + hashlib.md5(f"{account}{number}".encode(), usedforsecurity=False).hexdigest()
    now = format_datetime(datetime.now(UTC))
    return {
        "sid": sid,
        "account_sid": account,
        "friendly_name": number,
        "phone_number": number,
        "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
        "status": "in-use",
        "api_version": "2010-04-01",
        "voice_url": "",
        "voice_method": "POST",
        "status_callback": "",
        "status_callback_method": "POST",
        "beta": False,
        "origin": "twilio",
        "date_created": now,
        "date_updated": now,
        "uri": f"/2010-04-01/Accounts/{account}/IncomingPhoneNumbers/{sid}.json",
    }
