"""Bodies of the telephony API become what calls.lifecycle takes; answers have the vendor's fields."""

import pytest
from rest_framework import serializers

from calls.api.telephony.make_call import MakeCallRequest
from calls.api.telephony.representation import TelephonyCall
from calls.api.telephony.serializers import (
    DynamicVariablesField,
    RecordCallRequest,
    TelephonyCallSerializer,
)
from calls.lifecycle.dial_plan import DialRequest
from calls.lifecycle.register_external import ExternalCall
from calls.models import Call
from tests.support.factories import TWIML

NUMBERS = {"call_from": "+14155550100", "call_to": "(415) 555-0123"}


def validated(serializer, **body):
    checked = serializer(data=NUMBERS | body)
    checked.is_valid(raise_exception=True)
    return checked.validated_data


def test_a_make_call_becomes_a_dial_request():
    variables = [{"name": "customer", "value": "Ann"}]
    wanted = DialRequest(**validated(MakeCallRequest, twiml=TWIML, dynamic_variables=variables, record=True))
    assert (wanted.from_number, wanted.to_number) == ("+14155550100", "(415) 555-0123")
    assert (wanted.dynamic_variables, wanted.record) == ({"customer": "Ann"}, True)
    assert not wanted.is_test, "unless the caller says so"
    bare = DialRequest(
        **validated(MakeCallRequest, url="https://x.example", dynamic_variables=None, is_test=True)
    )
    assert (bare.dynamic_variables, bare.is_test) == ({}, True)


def test_a_registration_becomes_an_external_call():
    body = {"call_sid": "CA1", "call_provider": "Twilio", "call_direction": None, "notes": None}
    call = ExternalCall(**validated(RecordCallRequest, **body))
    assert (call.provider_call_id, call.provider, call.direction, call.notes) == ("CA1", "twilio", "", "")
    assert call.to_number == "+14155550123"


@pytest.mark.parametrize(
    ("body", "workspace"),
    [
        ({}, "default"),
        ({"workspace_id": "old"}, "old"),
        ({"workspace": "new", "workspace_id": "old"}, "new"),
        ({"workspace": None, "workspace_id": "old"}, "old"),
    ],
    ids=str,
)
def test_either_name_of_the_workspace_is_taken(body, workspace):
    assert ExternalCall(**validated(RecordCallRequest, **body)).workspace == workspace


def test_variables_are_an_object_or_a_list():
    field = DynamicVariablesField()
    assert field.run_validation({"a": "1"}) == field.run_validation([{"name": "a", "value": "1"}])
    with pytest.raises(serializers.ValidationError):
        field.run_validation("a=1")


def test_blank_text_is_null_where_the_vendor_has_null():
    shown = TelephonyCallSerializer.write(TelephonyCall(Call(status="live", direction="")))
    assert (shown["notes"], shown["call_sid"], shown["price_unit"]) == (None, None, None)
    assert (shown["call_direction"], shown["deleted_at"], shown["call_status"]) == ("", None, "in-progress")
