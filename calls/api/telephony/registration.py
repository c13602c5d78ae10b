"""Register calls that were made elsewhere, over REST."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.base import CallsViewSet
from calls.api.telephony import serializers as shapes
from calls.api.telephony.representation import Answer, TelephonyCall
from calls.api.telephony.surface import TELEPHONY
from calls.lifecycle.register_external import ExternalCall, register_external_call
from calls.models import Call
from liveplatform.accounts.scopes import WRITE


class RegisterCallMixin(CallsViewSet):
    """`create` of the telephony API; `/v1/calls` has it beside the platform's own list."""

    @extend_schema(
        summary="Put a call on record, without dialling",
        description=(
            "A call that has a `call_sid` is taken to be live, and the same one told twice is one call; one "
            "that has none is queued. Unknown fields are ignored."
        ),
        tags=["Telephony calls"],
        request=shapes.RecordCallRequest,
        responses={200: shapes.TelephonyAnswer},
    )
    def create(self, request: Request) -> Response:
        wanted = ExternalCall(**self.read(shapes.RecordCallRequest), created_by=self.principal.label)
        call = register_external_call(self.principal.account_id, wanted)
        return Response(
            shapes.TelephonyAnswer.write(Answer("Call created successfully", TelephonyCall(call)))
        )


class ExternalCallViewSet(RegisterCallMixin):
    """`/calls`"""

    queryset = Call.objects.all()
    surface = TELEPHONY
    scopes = {"create": WRITE}
    atomic_actions = frozenset({"create"})
