"""Fields that several call APIs share: their bounds."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework import serializers

from calls.api.fields import MetadataField, ScheduledAtField, TimeLimitField
from calls.lifecycle.update import MAX_METADATA_BYTES


@pytest.mark.parametrize(
    ("days", "complaint"), [(1, ""), (3652, ""), (3654, "within ten"), (-0.001, "in the past")]
)
def test_a_call_is_scheduled_within_ten_years_from_now(days, complaint):
    field, time = ScheduledAtField(), (timezone.now() + timedelta(days=days)).isoformat()
    if not complaint:
        assert field.run_validation(time).isoformat() == time
    else:
        with pytest.raises(serializers.ValidationError, match=complaint):
            field.run_validation(time)


@pytest.mark.parametrize("time", ["2030-01-01T12:00:00", "2030-01-01T12:00", "2030-01-01"])
def test_a_time_without_a_zone_is_refused(time):
    with pytest.raises(serializers.ValidationError, match="zone|format"):
        ScheduledAtField().run_validation(time)
    assert ScheduledAtField().run_validation("2030-01-01T12:00:00+01:00").hour == 11


def test_metadata_is_an_object_of_limited_size():
    field = MetadataField()
    assert field.run_validation({"a": 1}) == {"a": 1}
    with pytest.raises(serializers.ValidationError, match="JSON object"):
        field.run_validation([1])
    with pytest.raises(serializers.ValidationError, match="bytes of JSON"):
        field.run_validation({"a": "x" * MAX_METADATA_BYTES})


@pytest.mark.parametrize("seconds", [0, 86_401, "long"])
def test_a_time_limit_is_a_second_to_a_day(seconds):
    assert TimeLimitField(required=False).run_validation(None) is None
    with pytest.raises(serializers.ValidationError):
        TimeLimitField().run_validation(seconds)
