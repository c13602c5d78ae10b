"""Requests and responses of keys and connections."""

import pytest
from rest_framework.exceptions import ValidationError

from liveplatform.accounts.api.serializers import (
    ConnectionPatch,
    ConnectionRequest,
    ConnectionSerializer,
    KeyRequest,
)
from liveplatform.accounts.models import Connection


def test_secrets_are_not_in_the_answer(account):
    connection = Connection(account=account, provider="twilio", options={"account_sid": "AC1"})
    connection.set_secrets({"auth_token": "canary"})
    assert "canary" not in str(ConnectionSerializer.write(connection))
    assert ConnectionSerializer.write(connection)["options"] == {"account_sid": "AC1"}


WRONG = [
    (KeyRequest, {"scopes": []}, "scopes"),
    (KeyRequest, {"scopes": ["all:live"]}, "scopes"),
    (KeyRequest, {"color": "red"}, "color"),
    (ConnectionRequest, {"provider": "carrier pigeon", "credentials": {}}, "provider"),
    (ConnectionRequest, {"provider": "twilio", "credentials": []}, "credentials"),
    (ConnectionPatch, {"is_default": False}, "is_default"),
    (ConnectionPatch, {"base_url": "https://127.0.0.1/"}, "base_url"),
]


@pytest.mark.parametrize(("serializer", "body", "field"), WRONG)
def test_wrong_input_is_refused_by_field(serializer, body, field):
    with pytest.raises(ValidationError) as caught:
        serializer(data=body).is_valid(raise_exception=True)
    assert set(caught.value.detail) == {field}
