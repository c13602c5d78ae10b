"""What the requests of the sessions API read."""

from sessions_app.api.sessions.serializers import SessionChange, SessionOptions, SessionRequest
from sessions_app.models import Session
from sessions_app.rules import FIELDS, PUBLIC_FIELDS


def test_a_change_takes_the_fields_of_the_vendor():
    assert set(SessionChange().fields) == set(PUBLIC_FIELDS)


def test_what_can_be_changed_can_be_given_at_the_creation():
    given = set(SessionRequest().fields)
    assert set(FIELDS) <= given
    assert given - set(FIELDS) == {"host_id", "brand_id", "provider"}


def test_every_field_is_a_column():
    columns = {field.name for field in Session._meta.concrete_fields}
    assert set(SessionRequest().fields) | set(SessionOptions().fields) <= columns
