"""Calls and connections, created in the database without the platform's own verbs."""

from typing import Any

from calls.models import Call, PhoneNumber
from liveplatform.accounts.connections import upsert_connection
from liveplatform.accounts.models import Account

NUMBER = "+14155550100"
TWIML = "<Response><Say>Hello.</Say></Response>"
NOWHERE = "http://127.0.0.1:9"


def phone_connection(account: Account, base_url: str = NOWHERE) -> Any:
    given = {"account_sid": f"AC{account.account_id}", "auth_token": "secret-token"}
    connection = upsert_connection(account, "twilio", given, base_url=base_url)
    PhoneNumber.objects.get_or_create(account=account, number=NUMBER, defaults={"connection": connection})
    return connection


def phone_call(account: Account, **fields: Any) -> Call:
    connection = phone_connection(account)
    defaults = {
        "channel": Call.Channel.PHONE,
        "status": Call.Status.LIVE,
        "provider": "twilio",
        "connection": connection,
        "provider_call_id": "CA" + "0" * 32,
        "from_number": NUMBER,
        "to_number": "+14155550111",
    }
    return Call.objects.create(account=account, **(defaults | fields))


def video_call(account: Account, **fields: Any) -> Call:
    defaults = {
        "channel": Call.Channel.VIDEO,
        "status": Call.Status.LIVE,
        "provider": "getstream",
        "stream_call_type": "default",
        "host_user_id": "host",
        "title": "title",
    }
    return Call.objects.create(account=account, **(defaults | fields))
