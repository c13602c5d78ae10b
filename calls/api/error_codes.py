"""The error codes of calls, on all of their surfaces."""

from liveplatform.api.error_codes import ErrorCode

ERROR_CODES = (
    ErrorCode(
        "provider_error",
        (400, 502),
        "The provider failed or refused the request; the message has its reason. 400 on make-call and on "
        "the start of an audio stream, as their vendors have it: nothing was started.",
        "Correct what the provider names, or try again. The end of a call is on record and is carried on.",
    ),
    ErrorCode(
        "provider_not_configured",
        (503,),
        "The account has no usable connection to the provider.",
        "Connect it: POST /v1/connections.",
    ),
    ErrorCode(
        "submission_unknown",
        (400,),
        "The provider's answer to make-call was lost, so the call may have been made. It is on record, is "
        "looked up at the provider, and is never dialled twice.",
        "Repeat the request with the same Idempotency-Key to get the call once it is found.",
    ),
    ErrorCode(
        "no_call_instructions",
        (400,),
        "make-call names nothing that can answer: no `url`, `twiml`, or agent of the account that is active "
        "and can answer over this connection with these variables.",
        "The message says what to give.",
    ),
    ErrorCode(
        "no_phone_number",
        (409,),
        "The call uses no phone number of the account, so POST /calls/end cannot end it.",
        "End it by POST /v1/calls/{id}/end, or connect the number first.",
    ),
    ErrorCode(
        "api_key_required",
        (403,),
        "This address takes an API key, not a JWT, as its vendor has it.",
        "Use an API key, or GET /v1/phone-numbers, which takes both.",
    ),
    ErrorCode(
        "wrong_state",
        (412,),
        "The call's state does not allow this: it has ended, is being ended, or has begun.",
        "The message says what is possible.",
    ),
    ErrorCode(
        "call_not_ended",
        (409,),
        "The call has not ended; it is analysed when it ends.",
        "End it first.",
    ),
    ErrorCode(
        "step_not_settled",
        (409,),
        "The step is waiting or running; a worker runs it anyway.",
        "Wait until it is settled: GET /v1/calls/{id}/steps.",
    ),
    ErrorCode(
        "operation_over",
        (409,),
        "The operation has finished, failed or was cancelled.",
        "There is nothing to cancel.",
    ),
    ErrorCode(
        "rule_conflict",
        (409,),
        "The account has a rule of this name, or as many rules as it may have.",
        "Choose another name, or delete a rule.",
    ),
    ErrorCode(
        "agent_conflict",
        (409,),
        "The account has an agent of this name, or as many agents as it may have.",
        "Choose another name, or delete an agent.",
    ),
    ErrorCode(
        "phone_number_exists",
        (409,),
        "The phone number is connected already; the message says where, if it is yours.",
        "Remove it there first: DELETE /v1/phone-numbers/{id}.",
    ),
    ErrorCode(
        "provider_busy",
        (503,),
        "The provider was not asked: as many requests as may wait for it are waiting, or it answers slowly.",
        "Try again after Retry-After. A request to end a call is on record, and is carried on by itself.",
    ),
    ErrorCode(
        "count_too_slow",
        (503,),
        "Counting the calls that match took longer than a count may.",
        "Narrow the filter by a time, or start the operation without dry_run.",
    ),
    ErrorCode(
        "too_many_exports",
        (429,),
        "As many exports as a web process serves at once are running.",
        "Wait for the seconds in Retry-After.",
    ),
    ErrorCode(
        "bad_signature",
        (403,),
        "A provider's event has no valid signature for the address under PUBLIC_URL.",
        "Check the address configured at the provider, PUBLIC_URL, and the connection's secret.",
    ),
    ErrorCode(
        "stale_event",
        (403,),
        "A provider's event is older than the time in which events are taken: it may be a replayed capture.",
        "Nothing, if it was delivered in time before; else check the clocks of both sides.",
    ),
    ErrorCode(
        "invalid_event",
        (400,),
        "A provider's event cannot be read.",
        "Send what the provider documents; events of types that are not known are accepted.",
    ),
    ErrorCode(
        "connection_not_configured",
        (503,),
        "The connection lacks the secret that verifies its provider's events.",
        "Give it: PATCH /v1/connections/{id}.",
    ),
)
