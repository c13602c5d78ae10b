"""Calls at the sandbox, without the platform's own processes: Work is drained by the test."""

import pytest

from calls.adapters import adapter_for
from calls.lifecycle.create_video import DEFAULT_ROOM_TYPE, VideoCallRequest, create_video_call
from calls.lifecycle.dial import dial
from calls.lifecycle.dial_plan import DialRequest
from calls.models import Call
from calls.models.call import ECHO_ROOM_PREFIX
from liveplatform.accounts.connections import upsert_connection
from tests.support.factories import NUMBER, TWIML, phone_call, phone_connection
from tests.support.sandbox import sandbox, sandbox_url

__all__ = ["sandbox", "sandbox_url"]


class Line:
    """The account's connections to the sandbox, and calls over them."""

    def __init__(self, account, sandbox_url, sandbox):
        self.account, self.sandbox = account, sandbox
        self.phone = phone_connection(account, sandbox_url)
        given = {"api_key": account.account_id, "api_secret": "a-secret-of-at-least-32-characters"}
        self.video = upsert_connection(account, "getstream", given, base_url=sandbox_url)

    def dial(self, to="+14155550111", **fields) -> Call:
        said = {} if fields.keys() & {"url", "twiml", "ai_agent_id"} else {"twiml": TWIML}
        return dial(self.account.pk, DialRequest(from_number=NUMBER, to_number=to, **said, **fields))

    def dial_with_room(self, connection=None) -> Call:
        """A phone call with a helper room, as calls had before agents answered them."""
        call = self.dial()
        call.room_connection, call.room_type = connection or self.video, DEFAULT_ROOM_TYPE
        call.room_id = f"{ECHO_ROOM_PREFIX}{call.pk}"
        call.save()
        adapter_for(call.room_connection).open_room(call.room_type, call.room_id, created_by="liveplatform")
        return call

    def open(self, **fields) -> Call:
        return create_video_call(self.account.pk, VideoCallRequest(host_user_id="h", title="t", **fields))

    def hang_up(self, call):
        """The other party hangs up, without an event."""
        self.provider(call).end_call(call.provider_call_id)

    def provider(self, call):
        return adapter_for(call.connection)


@pytest.fixture
def line(account, sandbox_url, sandbox):
    return Line(account, sandbox_url, sandbox)


@pytest.fixture
def live_calls(account) -> list[Call]:
    """Five live calls, two of them test calls."""
    return [phone_call(account, is_test=n < 2, provider_call_id="") for n in range(5)]
