"""Streams, created in the database without the verbs."""

from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

from calls.models import MediaStream
from liveplatform.accounts.models import Account
from tests.support.factories import phone_call

SERVICE_URL = "wss://bot.example/ws"


def stream(account: Account, **fields: Any) -> MediaStream:
    """A live audio stream of a live call."""
    call = fields.pop("call", None) or phone_call(account, has_streams=True)
    defaults: dict[str, Any] = {
        "kind": MediaStream.Kind.AUDIO,
        "status": MediaStream.Status.LIVE,
        "provider": call.provider,
        "connection": call.connection,
        "parent_id": call.provider_call_id,
        "max_seconds": 3600,
        "expires_at": Now() + timedelta(hours=1),
        "parameters": {"service_url": SERVICE_URL},
    }
    made = MediaStream.objects.create(account=account, call=call, **(defaults | fields))
    made.refresh_from_db()
    return made
