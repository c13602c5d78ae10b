"""The operation `/calls/end` in the OpenAPI document."""

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from calls.api.telephony.serializers import EndCallRequest, TelephonyAnswer

PREFER_STRICT = OpenApiParameter(
    "Prefer", str, OpenApiParameter.HEADER, description="`handling=strict` asks for honest errors (4xx)."
)

END = extend_schema(
    summary="End a call",
    description=(
        "Ends the call here and now; hanging up at the provider, deleting its room, analysis and "
        "webhooks follow. Ending an ended call answers the same. As the vendor documents it, an invalid "
        "id, an unknown call and any other failure answer 200 with an empty body, unless the account has "
        "honest errors switched on or the request says `Prefer: handling=strict`."
    ),
    parameters=[PREFER_STRICT],
    request=EndCallRequest,
    responses={200: OpenApiResponse(TelephonyAnswer, description="Ended; or, with an empty body, not.")},
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
