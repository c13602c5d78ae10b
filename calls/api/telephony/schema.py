"""The operation `/calls/end` in the OpenAPI document."""

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from calls.api.telephony.serializers import EndCallRequest, TelephonyAnswer

PREFER_STRICT = OpenApiParameter(
    "Prefer", str, OpenApiParameter.HEADER, description="`handling=strict`: errors are answered with 4xx."
)

END = extend_schema(
    summary="End a call",
    description=(
        "Ends the call at once; workers hang up at the provider, delete its room, analyse the call and send "
        "webhooks. Ending an ended call gets the same answer. As the vendor documents it, an invalid id, an "
        "unknown call and any other failure are answered 200 with an empty body, unless the account has "
        "honest errors enabled or the request has `Prefer: handling=strict`."
    ),
    parameters=[PREFER_STRICT],
    request=EndCallRequest,
    responses={200: OpenApiResponse(TelephonyAnswer, description="Ended. An empty body: refused.")},
    examples=[
        OpenApiExample(
            "End",
            value={
                "call_id": "550e8400-e29b-41d4-a716-446655440000",
                "disconnect_reason": "Customer requested to end call",
            },
            request_only=True,
        )
    ],
)
