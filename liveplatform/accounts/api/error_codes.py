"""The error codes of keys, tokens and connections."""

from liveplatform.api.error_codes import ErrorCode

ERROR_CODES = (
    ErrorCode(
        "missing_credentials",
        (401,),
        "The request carries no API key and no JWT.",
        "Send `Authorization: Bearer …`, with a key (`lp_…`) or a JWT of an issuer that the account trusts.",
    ),
    ErrorCode(
        "invalid_credentials",
        (401,),
        "The key is unknown, expired or revoked, the token does not verify, or the account is inactive. The "
        "message says which, as far as its bearer may know.",
        "Use a valid key or a fresh token.",
    ),
    ErrorCode(
        "conflicting_credentials",
        (401,),
        "Two credentials of two accounts were sent, or X-Auth-ID is not the account of the key.",
        "Send one credential, and the X-Auth-ID of its account or none.",
    ),
    ErrorCode(
        "scope_exceeds_own",
        (403,),
        "A key cannot make or rotate a key with scopes that it lacks itself.",
        "Ask for fewer scopes, or use a key that has them.",
    ),
    ErrorCode(
        "key_outlives_maker",
        (403,),
        "A key cannot rotate a key that is valid for longer than itself.",
        "Use a key that is valid as long.",
    ),
    ErrorCode(
        "key_not_rotatable",
        (409,),
        "The key was rotated before, is revoked or has expired; the message says which.",
        "Rotate its successor, or make a new key.",
    ),
    ErrorCode(
        "too_many_connections",
        (409,),
        "The account has as many connections to providers as it may have.",
        "Delete one that no call needs, or give an existing one other credentials.",
    ),
    ErrorCode(
        "credentials_refused",
        (422,),
        "The provider refuses the new credentials of a connection, which keeps its former ones. The message "
        "is the provider's.",
        "Correct the secret, or the address in `base_url`; until then calls run on as before.",
    ),
    ErrorCode(
        "connection_in_use",
        (409,),
        "Calls run over this connection, or are being hung up over it.",
        "End the calls, and wait for their steps: GET /v1/calls/{id}/steps.",
    ),
)
