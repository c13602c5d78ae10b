"""IdConverter: UUIDs in URLs."""

from uuid import UUID

import pytest
from django.urls import Resolver404, resolve

from liveplatform.api.converters import IdConverter

ID = "0d9a3f0e-0000-4000-8000-00000000000a"


@pytest.mark.parametrize("text", [ID, ID.upper(), ID.replace("-", "")])
def test_a_uuid_is_read_in_each_spelling(text):
    assert resolve(f"/v1/api-keys/{text}").kwargs == {"key_id": UUID(ID)}
    assert IdConverter().to_url(UUID(ID)) == ID


@pytest.mark.parametrize("text", ["7", ID + "0", ID[:-1] + "g", "-" * 36])
def test_other_text_is_no_address(text):
    with pytest.raises(Resolver404):
        resolve(f"/v1/api-keys/{text}")
