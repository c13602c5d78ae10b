"""Phone calls in the form of Vobiz and Plivo: make, look at the live and the queued ones, hang up.

A call_uuid is the platform's id of the call. Hanging up is the platform's end of a call: 204 at once, also
for a call that has ended; workers end the leg at its provider, and stop the call's streams.
"""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.audio_streams import call_serializers as shapes
from calls.api.audio_streams.base import CALL_NOT_FOUND, AccountViewSet
from calls.api.audio_streams.representation import ShownCall
from calls.api.exceptions import CallNotPlaced
from calls.exceptions import DialError, ProviderRejectedCall
from calls.lifecycle.dial import dial
from calls.lifecycle.end import end
from calls.models import Call
from liveplatform.accounts.scopes import READ, WRITE
from liveplatform.api import idempotency
from liveplatform.api.error_codes import request_id

STATUSES = {"live": Call.Status.LIVE, "queued": Call.Status.SCHEDULED}
STATUS = OpenApiParameter("status", str, enum=[*STATUSES], required=True)
SAY_STATUS = "Say which calls: status=live or status=queued. Past calls are at /v1/calls."
PAGE = [
    OpenApiParameter("limit", int, description="1 to 1,000; default 1,000, of queued calls 20."),
    OpenApiParameter("offset", int, description="Default 0."),
]
NOTHING = OpenApiResponse(description="The call is over: nothing is answered.")
FIRED = "Call fired"


class PhoneCallViewSet(AccountViewSet[Call]):
    """`/api/v1/Account/{auth_id}/Call/`, and the same at Plivo's address."""

    queryset = Call.objects.filter(channel=Call.Channel.PHONE)
    serializer_class = shapes.LiveCallFields
    tags = ["Phone calls"]
    scopes = {"calls": READ, "retrieve": READ, "make_call": WRITE, "hang_up": WRITE}
    lenient_actions = frozenset({"calls", "retrieve", "make_call", "hang_up"})
    unthrottled_actions = frozenset({"hang_up"})
    atomic_if_idempotent_actions = frozenset({"hang_up"})
    errors = {"make_call": (503,)}

    @extend_schema(
        summary="The ids of the live or queued phone calls",
        parameters=[STATUS, *PAGE],
        responses=shapes.CallIdsAnswer,
    )
    def calls(self, request: Request, auth_id: str) -> Response:
        status = self._status()
        if status is None:
            raise ValidationError({"status": [SAY_STATUS]})
        limit, offset = self.page(20 if status == Call.Status.SCHEDULED else 1000, most=1000)
        ids = self._open(status).order_by("-created_at", "-id").values_list("pk", flat=True)
        found = [str(pk) for pk in ids[offset : offset + limit]]
        return Response(shapes.CallIdsAnswer.write_fields(api_id=request_id(), calls=found))

    @extend_schema(
        summary="A live or queued phone call",
        description="404 if it is not of this status. A queued call has fewer fields.",
        parameters=[STATUS],
    )
    def retrieve(self, request: Request, auth_id: str, call_uuid: str) -> Response:
        status = self._status()
        if status is None:
            raise NotFound(SAY_STATUS)
        call = self._open(status).filter(pk=self.uuid("call_uuid")).first()
        if call is None:
            raise NotFound(CALL_NOT_FOUND)
        fields = shapes.LiveCallFields if status == Call.Status.LIVE else shapes.QueuedCallFields
        return Response(fields.write(ShownCall(call)))

    @extend_schema(
        summary="Make a phone call",
        description="400 for failures at the provider too: SDKs repeat what is answered 5xx, and a call is "
        "never dialled twice.",
        request=shapes.MakePhoneCallRequest,
        responses={201: shapes.CallFiredAnswer},
    )
    def make_call(self, request: Request, auth_id: str) -> Response:
        asked = shapes.dial_request(
            self.read(shapes.MakePhoneCallRequest),
            actor=self.principal.label,
            submission_key=idempotency.fingerprint_of(request),
        )
        try:
            call = dial(self.principal.account_id, asked)
        except ProviderRejectedCall as error:
            raise CallNotPlaced(str(error), error.code) from error  # which releases the Idempotency-Key
        except DialError as error:
            text = str(error).replace("call_from", "from").replace("call_to", "to")
            raise ValidationError(text) from error
        fired = {"api_id": request_id(), "message": FIRED, "request_uuid": str(call.pk)}
        return Response(shapes.CallFiredAnswer.write_fields(**fired), status=201)

    @extend_schema(summary="Hang up a phone call", request=None, responses={204: NOTHING})
    def hang_up(self, request: Request, auth_id: str, call_uuid: str) -> Response:
        call = self.phone_call()
        end(call.pk, account_id=self.principal.account_id, actor=self.principal.label)
        return Response(status=204)

    def _status(self) -> str | None:
        return STATUSES.get(self.request.query_params.get("status", "").strip().lower())

    def _open(self, status: str) -> QuerySet[Call]:
        return self.get_queryset().filter(ended_at=None, status=status)
