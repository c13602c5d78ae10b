"""Rows of this app for tests/api/test_tenants.py: one of each kind whose id is in a URL."""

from calls.bulk.operations import start_operation
from calls.filters import CallFilter
from calls.lifecycle.end import end
from calls.models import Agent, AutoEndRule
from calls.models.end_code import EndCode
from liveplatform.accounts.models import Account
from tests.calls.streams.streams import stream
from tests.support.factories import phone_call, video_call

LISTS = (
    *("/v1/live/calls", "/v1/calls", "/calls/query", "/phone_number", "/v1/phone-numbers"),
    *("/v1/streams", "/v1/operations", "/v1/auto-end-rules"),
    *("/v1/agents", "/ai-agent", "/v1/ai-agent"),
)
BODIES = {
    "transcript": {"turns": [{"role": "customer", "text": "hello"}]},
    "token": {"user_id": "anna"},
}


def ids(account: Account) -> dict[str, object]:
    """The id of one of the account's rows, by the name of the path parameter."""
    video_call(account)
    call = phone_call(account)
    end(call.pk, account_id=account.pk, actor="test")
    operation = start_operation(account.pk, CallFilter(), reason="", code=EndCode.STALE, actor="theirs")
    return {
        "agent_id": Agent.objects.create(account=account, name="theirs", twiml="<Response/>").pk,
        "call_id": call.pk,
        "kind": "terminate",
        "number_id": account.phone_numbers.get().pk,
        "operation_id": operation.pk,
        "auth_id": account.auth_id,
        "call_uuid": call.pk,
        "stream_id": stream(account, call=call).pk,
        "rule_id": AutoEndRule.objects.create(account=account, name="theirs", min_age=60).pk,
    }
