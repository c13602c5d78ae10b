"""The operation `/calls/end` in the OpenAPI document."""

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from calls.api.telephony.serializers import EndCallRequest, TelephonyAnswer

PREFER_STRICT = OpenApiParameter(
    "Prefer",
    str,
    OpenApiParameter.HEADER,
    description="`handling=strict` (RFC 7240): errors are answered with 4xx and an error body, and with "
    "`Preference-Applied: handling=strict`.",
)

END = extend_schema(
    summary="End a call",
    description=(
        "Ends the call at once; workers hang up at the provider, delete its room, analyse the call and send "
        "webhooks. Ending an ended call gets the same answer. An end is never refused because of its reason: "
        "one that is too long is cut, one that is no text is ignored, and so are unknown fields.\n\n"
        "**Errors are 200 with an empty body**, as the vendor documents it: an invalid id, an unknown call, "
        "and a call that uses no phone number of the account look like this, and nothing was ended. Three "
        "ways to be told the truth: `POST /v1/calls/{id}/end`, which ends any call and answers errors with "
        "4xx; `Prefer: handling=strict` on this request; or the account's setting `strict_errors`. 401, "
        "403, 405, 413 and 415 are answered as such in any case."
    ),
    parameters=[PREFER_STRICT],
    request=EndCallRequest,
    responses={200: OpenApiResponse(TelephonyAnswer, description="Ended. An empty body: nothing was ended.")},
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
