"""The error codes of webhook endpoints and deliveries."""

from liveplatform.api.error_codes import ErrorCode

ERROR_CODES = (
    ErrorCode(
        "endpoint_disabled",
        (409,),
        "The webhook endpoint is disabled, so nothing is sent to it.",
        'Enable it: PATCH /v1/webhooks/endpoints/{id} {"is_enabled": true}.',
    ),
    ErrorCode(
        "delivery_in_progress",
        (409,),
        "The delivery is being sent at this moment.",
        "Read it again in a moment; send it again if it failed.",
    ),
    ErrorCode(
        "too_many_endpoints",
        (409,),
        "The account has as many webhook endpoints as it may have.",
        "Delete one, or let one endpoint take more event types.",
    ),
)
