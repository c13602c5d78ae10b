"""What can go wrong with calls. Texts are shown to clients; calls/api/exceptions.py has the HTTP statuses."""


class CallNotFound(Exception):
    """The account has no call with this id."""


class NoPhoneNumber(Exception):
    """The call runs over none of the account's phone numbers."""


class CallStateError(Exception):
    """The call's status does not allow this; the text says what the status is, and what is possible."""


class MetadataTooLarge(ValueError):
    """The merged metadata would exceed MAX_METADATA_BYTES."""


class CountTooSlow(Exception):
    """The calls that match are too many, or too scattered, to be counted within the time for it."""


class TranscriptTooLong(ValueError):
    """The append would take the transcript over MAX_TURNS."""


class DialError(ValueError):
    """The call was not made; the text says why, and what to do about it."""


class NoInstructions(DialError):
    """The answered call would hear nothing: nothing, or no agent that can answer it, is named."""


class ProviderRejectedCall(DialError):
    """The request was valid, but the provider made no call of it; the request may be repeated."""

    code = "provider_error"


class SubmissionUnknown(ProviderRejectedCall):
    """The provider's answer was lost, so the call may exist. It is looked up, never dialled again."""

    code = "submission_unknown"
