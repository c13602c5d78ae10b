"""Twilio's resources: calls and recordings of the 2010-04-01 API. Fields with an underscore are internal."""

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any


def account_resource(sid: str) -> dict[str, Any]:
    """The account itself; its auth token is not shown."""
    created = format_datetime(datetime(2026, 1, 1, tzinfo=UTC))
    return {
        "sid": sid,
        "friendly_name": "Sandbox",
        "status": "active",
        "type": "Full",
        "owner_account_sid": sid,
        "date_created": created,
        "date_updated": created,
        "uri": f"/2010-04-01/Accounts/{sid}.json",
        "subresource_uris": {"calls": f"/2010-04-01/Accounts/{sid}/Calls.json"},
    }


def new_call(sid: str, account: str, form: Any, base_url: str) -> dict[str, Any]:  # noqa: ANN401 - a multidict
    """A call as created by this form. By default only its end is called back."""
    now = datetime.now(UTC)
    return {
        "sid": sid,
        "account_sid": account,
        "to": form["To"],
        "from": form["From"],
        "status": "ringing",
        "start_time": None,
        "end_time": None,
        "duration": None,
        "price": None,
        "price_unit": "USD",
        "direction": "outbound-api",
        "answered_by": None,
        "parent_call_sid": None,
        "queue_time": "0",
        "date_created": format_datetime(now),
        "date_updated": format_datetime(now),
        "api_version": "2010-04-01",
        "uri": f"/2010-04-01/Accounts/{account}/Calls/{sid}.json",
        "subresource_uris": {},
        "_began": None,
        "_time_limit": form.get("TimeLimit"),
        "_url": form.get("Url", ""),
        "_twiml": form.get("Twiml", ""),
        "_callback": form.get("StatusCallback", ""),
        "_events": form.getall("StatusCallbackEvent", ["completed"]),
        "_detection": form.get("MachineDetection", ""),
        "_detection_callback": form.get("AsyncAmdStatusCallback", ""),
        "_recording_callback": form.get("RecordingStatusCallback", ""),
        "_base_url": base_url,
        "_sent": 0,
    }


def public(call: dict[str, Any]) -> dict[str, Any]:
    """A call as the API shows it."""
    return {name: value for name, value in call.items() if not name.startswith("_")}


def recording_resource(file: dict[str, Any], account: str, sid: str) -> dict[str, Any]:
    """A recording of the call `sid`."""
    started_at = format_datetime(datetime.fromtimestamp(file["made"] - file["seconds"], UTC))
    name = f"RE{file['name']}"
    return {
        "sid": name,
        "account_sid": account,
        "call_sid": sid,
        "conference_sid": None,
        "api_version": "2010-04-01",
        "status": file["status"],
        "source": "OutboundAPI",
        "channels": 1,
        "duration": str(file["seconds"]),
        "start_time": started_at,
        "date_created": started_at,
        "date_updated": started_at,
        "price": None,
        "price_unit": "USD",
        "track": "both",
        "error_code": None,
        "encryption_details": None,
        "uri": f"/2010-04-01/Accounts/{account}/Calls/{sid}/Recordings/{name}.json",
    }
