"""Twilio's voice API, 2010-04-01: end, make, read and find calls.

Source: Twilio's published OpenAPI, github.com/twilio/twilio-oai, spec/json/twilio_api_v2010.json; what is
sent equals what the official `twilio` package sends.
"""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from providers.base import Leg, LegStatus
from providers.errors import Rejected, UnknownOutcome
from providers.http import Form, Transport

BASE_URL = "https://api.twilio.com"
# Without instructions a call would end at once; this keeps the line open for the agent to take over.
HOLD = '<Response><Pause length="3600"/></Response>'

STATUS: dict[str, LegStatus] = {
    "queued": "queued",
    "ringing": "ringing",
    "in-progress": "live",
    "completed": "ended",
    "busy": "ended",
    "failed": "ended",
    "no-answer": "ended",
    "canceled": "ended",
}
# 20404: no such resource, which Twilio also answers for a call that has just ended
# (github.com/pipecat-ai/pipecat/issues/2145); 21220: the call is not in progress.
MAY_BE_OVER = {"20404", "21220"}


class Twilio:
    """One customer's own Twilio account (BYO)."""

    provider = "twilio"

    def __init__(self, credentials: Mapping[str, str], *, base_url: str, key: str, timeout: float) -> None:
        sid, token = credentials["account_sid"], credentials["auth_token"]
        self._auth = (sid, token)
        self._calls = f"/2010-04-01/Accounts/{quote(sid, safe='')}/Calls"
        self._http = Transport("Twilio", base_url or BASE_URL, key=key, timeout=timeout, read_error=_error)

    def end_call(self, call_id: str, *, ask_first: bool = False) -> Leg:
        if ask_first:
            leg = self.call_status(call_id)
            if leg.status == "ended":
                return leg
        try:
            return self._hang_up(call_id)
        except Rejected as error:
            if error.code not in MAY_BE_OVER:
                raise
            return self._prove_over(call_id, error)

    def _hang_up(self, call_id: str) -> Leg:
        """`completed` also ends a call that rings; `canceled` has no effect on a live one."""
        leg = _leg(self._post(f"/{quote(call_id, safe='')}.json", [("Status", "completed")]))
        if leg.status == "ended":
            return leg
        # Accepted, but not over yet: only a look tells.
        return self._prove_over(
            call_id, UnknownOutcome("Twilio has not confirmed the end yet.", retry_after=1.0)
        )

    def _prove_over(self, call_id: str, doubt: Exception) -> Leg:
        """A 404 may also mean wrong credentials, so only Twilio's own record of the call proves its end."""
        leg = self.call_status(call_id)
        if leg.status == "ended":
            return leg
        raise doubt

    def call_status(self, call_id: str) -> Leg:
        return _leg(self._get(f"/{quote(call_id, safe='')}.json"))

    def make_call(
        self,
        *,
        to: str,
        from_: str,
        url: str = "",
        twiml: str = "",
        send_digits: str = "",
        status_callback: str = "",
    ) -> Leg:
        form = [("To", to), ("From", from_)]
        if status_callback:
            form.append(("StatusCallback", status_callback))
            # One field per event: a joined list is accepted and loses callbacks (error 21626).
            form += [("StatusCallbackEvent", e) for e in ("initiated", "ringing", "answered", "completed")]
        if send_digits:
            form.append(("SendDigits", send_digits))
        form.append(("Url", url) if url else ("Twiml", twiml or HOLD))
        return _leg(self._post(".json", form))

    def find_calls(self, *, to: str, from_: str, since: datetime) -> list[Leg]:
        params = {"To": to, "From": from_, "StartTime>": f"{since:%Y-%m-%d}", "PageSize": "100"}
        found = [_leg(call) for call in self._get(".json", params).get("calls", [])]
        # The filter knows days only; a call that has not started yet has no time and is meant.
        return [
            leg for leg in found if leg.started_at is None or leg.started_at >= since.replace(microsecond=0)
        ]

    def _post(self, path: str, form: Form) -> dict[str, Any]:
        return self._http.request("POST", self._calls + path, form=form, auth=self._auth).data

    def _get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        return self._http.request("GET", self._calls + path, params=params, auth=self._auth).data


def _leg(call: Mapping[str, Any]) -> Leg:
    """A call resource: times are RFC 2822, the duration is a string of seconds."""
    if not isinstance(call.get("sid"), str):
        raise UnknownOutcome("Twilio's answer is not a call.", code="bad_answer")
    raw = str(call.get("status", ""))
    return Leg(
        id=call["sid"],
        status=STATUS.get(raw, "unknown"),
        raw_status=raw,
        started_at=_time(call.get("start_time")),
        ended_at=_time(call.get("end_time")),
        duration=int(call["duration"]) if str(call.get("duration") or "").isdigit() else None,
    )


def _time(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if text else None
    except ValueError:
        return None


def _error(status: int, body: Mapping[str, Any]) -> tuple[str, str, str]:
    """Twilio's error body: {code, message, more_info, status}. A message may quote numbers: only the code."""
    code = str(body.get("code") or "")
    help_url = f"https://www.twilio.com/docs/errors/{code}" if code.isdigit() else ""
    return code, f"error {code} ({status})" if code else str(status), help_url
