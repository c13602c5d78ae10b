"""What a request for a call means."""

import pytest
from rest_framework.serializers import ValidationError

from calls.api.audio_streams.call_serializers import MakePhoneCallRequest, dial_request

GIVEN = {"from": "14155550100", "to": "+14155550111", "answer_url": "https://app.example.com/"}


def read(**fields):
    serializer = MakePhoneCallRequest(data=GIVEN | fields)
    serializer.is_valid(raise_exception=True)
    return dial_request(serializer.validated_data)


def test_numbers_come_without_their_plus():
    asked = read(to=14155550111)
    assert (asked.from_number, asked.to_number) == ("+14155550100", "+14155550111")


@pytest.mark.parametrize(("said", "meant"), [("GET", "GET"), ("get", "GET"), (None, "POST"), ("", "POST")])
def test_the_answer_is_fetched_as_asked(said, meant):
    assert read(answer_method=said).url_method == meant


def test_one_target_between_separators_is_one_target():
    assert read(to="<+14155550111<").to_number == "+14155550111"


def test_several_are_refused_with_the_reason():
    with pytest.raises(ValidationError, match="one\\s+call for each"):
        read(to="14155550111<14155550112")
