"""Register calls that were made elsewhere, over REST."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.base import CallsViewSet
from calls.api.telephony import serializers as shapes
from calls.api.telephony.past_call import split_past_call
from calls.api.telephony.representation import Answer, TelephonyCall
from calls.api.telephony.surface import TELEPHONY
from calls.lifecycle.register_external import ExternalCall, register_external_call
from calls.models import Call
from liveplatform.accounts.scopes import WRITE


class RegisterCallMixin(CallsViewSet):
    """`create` of the telephony API; `/v1/calls` serves it next to the platform's own list."""

    @extend_schema(
        summary="Register an external call",
        description=(
            "The call is not dialled. With a `call_sid` it is live, and a repeated `call_sid` is one call; "
            "without one it is queued. With `ended_at` it is recorded as ended, with all that is known of "
            "it: its transcript is analysed and events are sent, and nothing is asked of its provider. 412 "
            "if it is on record as live."
        ),
        tags=["Telephony calls"],
        request=shapes.RecordCallRequest,
        responses={200: shapes.TelephonyAnswer},
    )
    def create(self, request: Request) -> Response:
        values, past = split_past_call(self.read(shapes.RecordCallRequest))
        external_call = ExternalCall(**values, created_by=self.principal.label)
        call = register_external_call(self.principal.account_id, external_call, past)
        answer = Answer("Call created successfully", TelephonyCall(self.shown(call)))
        return Response(shapes.TelephonyAnswer.write(answer))


class ExternalCallViewSet(RegisterCallMixin):
    """`/calls`"""

    queryset = Call.objects.all()
    surface = TELEPHONY
    scopes = {"create": WRITE}
    atomic_actions = frozenset({"create"})
