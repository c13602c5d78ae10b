"""Requests and responses of the API of keys and connections."""

import re
from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from rest_framework import serializers

from liveplatform.accounts.keys import MAX_OVERLAP_HOURS
from liveplatform.accounts.models import MAX_METADATA_KEYS, MAX_STREAM_SECONDS, Account, Connection
from liveplatform.accounts.scopes import SCOPES
from liveplatform.api.examples import request_example
from liveplatform.api.serializers import (
    CleanCharField,
    EnvelopeSerializer,
    InstantField,
    JSONObjectField,
    PlainSerializer,
    StrictSerializer,
)
from liveplatform.egress.url_policy import DestinationForbidden, check_url
from providers.registry import provider_choices

PROVIDER_CHOICES = provider_choices()
METADATA_KEY = re.compile(r"\A[A-Za-z0-9_-]+\Z", re.ASCII)
METADATA_KEYS_HELP = "Names in calls' metadata by which calls can be filtered: `metadata.NAME=…`."
STRICT_ERRORS_HELP = "POST /calls/end answers errors with 4xx instead of 200 and an empty body."
JOIN_LIMIT_HELP = "Seconds after which a live video call that nobody has joined is ended; 0: never."
STREAM_LIMIT_HELP = "Seconds after which a media stream is stopped that has no limit of its own."
TIME_LIMIT_HELP = "Seconds a call may last that has no limit of its own; null: no limit."


@request_example("Errors as 4xx", {"strict_errors": True})
class AccountRequest(StrictSerializer):
    """Changed settings of the account."""

    strict_errors = serializers.BooleanField(required=False, help_text=STRICT_ERRORS_HELP)
    call_time_limit = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=86_400, help_text=TIME_LIMIT_HELP
    )
    call_join_limit = serializers.IntegerField(
        required=False, min_value=0, max_value=7 * 86_400, help_text=JOIN_LIMIT_HELP
    )
    stream_time_limit = serializers.IntegerField(
        required=False, min_value=1, max_value=MAX_STREAM_SECONDS, help_text=STREAM_LIMIT_HELP
    )
    metadata_keys = serializers.ListField(
        child=CleanCharField(min_length=1, max_length=64, validators=[RegexValidator(METADATA_KEY)]),
        required=False,
        max_length=MAX_METADATA_KEYS,
        help_text=METADATA_KEYS_HELP,
    )

    def validate_metadata_keys(self, names: list[str]) -> list[str]:
        if len(set(names)) < len(names):
            raise serializers.ValidationError("Give each name once.")
        return names


class AccountSerializer(PlainSerializer):
    """The account of the key."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    auth_id = serializers.CharField(help_text="For the X-Auth-ID header.")
    strict_errors = serializers.BooleanField(help_text=STRICT_ERRORS_HELP)
    call_time_limit = serializers.IntegerField(allow_null=True, help_text=TIME_LIMIT_HELP)
    call_join_limit = serializers.IntegerField(help_text=JOIN_LIMIT_HELP)
    stream_time_limit = serializers.IntegerField(help_text=STREAM_LIMIT_HELP)
    metadata_keys = serializers.ListField(child=serializers.CharField(), help_text=METADATA_KEYS_HELP)
    metadata_is_ready = serializers.BooleanField(
        help_text="False while older calls are indexed after a change of `metadata_keys`."
    )
    key_rate_limit = serializers.IntegerField(help_text="Requests a minute of one key or token; 0: no limit.")
    rate_limit = serializers.IntegerField(
        help_text="Requests a minute of all keys and tokens together; 0: no limit."
    )
    created_at = serializers.DateTimeField()

    @staticmethod
    def get_metadata_keys(account: Account) -> list[str]:
        return [name for name in account.metadata_keys if name]

    @staticmethod
    def get_metadata_is_ready(account: Account) -> bool:
        return not account.metadata_pending

    @staticmethod
    def get_key_rate_limit(account: Account) -> int:
        own = account.key_rate_limit
        return int(settings.API_RATE_PER_MINUTE) if own is None else own

    @staticmethod
    def get_rate_limit(account: Account) -> int:
        own = account.rate_limit
        return int(settings.API_ACCOUNT_RATE_PER_MINUTE) if own is None else own


@request_example("A key that reads and ends calls", {"name": "CRM", "scopes": ["read:live", "write:live"]})
class KeyRequest(StrictSerializer):
    """A new API key."""

    name = CleanCharField(required=False, allow_blank=True, max_length=100, default="")
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=list(SCOPES)),
        allow_empty=False,
        max_length=10,
        help_text="What the key may do; only scopes that the requesting key has.",
    )
    expires_at = InstantField(required=False, allow_null=True, default=None)


class RotateRequest(StrictSerializer):
    """How long both keys are valid."""

    overlap_hours = serializers.IntegerField(
        required=False, min_value=0, max_value=MAX_OVERLAP_HOURS, default=24
    )


class RevokeQuery(StrictSerializer):
    """What becomes of the keys that a revoked key made."""

    keep_made_keys = serializers.BooleanField(
        required=False, default=False, help_text="Keep the keys that it made, and theirs."
    )


class KeySerializer(PlainSerializer):
    """An API key without its secret."""

    id = serializers.UUIDField()
    public_id = serializers.CharField()
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField(
        help_text="The key, token or person that made it; empty: not on record."
    )
    parent_id = serializers.UUIDField(allow_null=True, help_text="The key with which this one is revoked.")
    expires_at = serializers.DateTimeField(allow_null=True)
    rotated_at = serializers.DateTimeField(allow_null=True, help_text="When its successor was created.")
    revoked_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)


class IssuedKeySerializer(KeySerializer):
    """A new API key with its text, shown only once."""

    api_key = serializers.CharField()


class KeysSerializer(EnvelopeSerializer):
    """A page of API keys; `next_cursor` is null on the last."""

    api_keys = KeySerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class BaseUrlField(serializers.URLField):
    """The provider's base URL; internal addresses are refused."""

    def to_internal_value(self, data: Any) -> str:  # noqa: ANN401
        url = str(super().to_internal_value(data))
        try:
            return check_url(url) if url else ""
        except DestinationForbidden as error:
            raise serializers.ValidationError(str(error)) from error


@request_example(
    "A Twilio account",
    {
        "provider": "twilio",
        "credentials": {
            "account_sid": "AC0123456789abcdef0123456789abcdef",
            "auth_token": "the-auth-token-of-the-console",
        },
        "name": "Support line",
    },
)
class ConnectionRequest(StrictSerializer):
    """A connection to a provider; `credentials` holds what that provider needs."""

    provider = serializers.ChoiceField(choices=PROVIDER_CHOICES)
    credentials = JSONObjectField(write_only=True)
    name = CleanCharField(required=False, allow_blank=True, max_length=100, default="")
    base_url = BaseUrlField(required=False, allow_blank=True, max_length=200, default="")


@request_example("Renewed secret", {"credentials": {"auth_token": "the-new-auth-token"}})
class ConnectionPatch(StrictSerializer):
    """The changes of a connection; credentials that are not sent are kept."""

    credentials = JSONObjectField(required=False, write_only=True)
    name = CleanCharField(required=False, allow_blank=True, max_length=100)
    base_url = BaseUrlField(required=False, allow_blank=True, max_length=200)
    is_default = serializers.BooleanField(
        required=False, help_text="Only true; the former default loses the mark."
    )

    def validate_is_default(self, value: bool) -> bool:
        if not value:
            raise serializers.ValidationError("Make another connection the default instead.")
        return value


class ConnectionSerializer(PlainSerializer):
    """A connection; secrets are listed by name only."""

    id = serializers.UUIDField()
    provider = serializers.ChoiceField(choices=PROVIDER_CHOICES)
    name = serializers.CharField()
    base_url = serializers.CharField()
    options = JSONObjectField()
    events_url = serializers.CharField(help_text="The URL to which the provider sends events.")
    is_default = serializers.BooleanField()
    checked_at = serializers.DateTimeField(
        allow_null=True, help_text="When the credentials were last tried at the provider."
    )
    check_outcome = serializers.ChoiceField(
        choices=Connection.CheckOutcome.choices, allow_null=True, help_text="Of that trial."
    )
    check_message = serializers.CharField(allow_null=True, help_text="Why it was not accepted.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ConnectionCheckSerializer(PlainSerializer):
    """What the provider said of a connection's credentials."""

    outcome = serializers.ChoiceField(choices=Connection.CheckOutcome.choices)
    message = serializers.CharField(allow_null=True, help_text="Why they were not accepted.")
    code = serializers.CharField(allow_null=True, help_text="The provider's error code, or one of ours.")
    help_url = serializers.CharField(allow_null=True, help_text="The provider's page about the code.")
    checked_at = serializers.DateTimeField()


class ConnectionsSerializer(EnvelopeSerializer):
    """A page of connections; `next_cursor` is null on the last."""

    connections = ConnectionSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
