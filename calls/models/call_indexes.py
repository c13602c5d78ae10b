"""The indexes for lists and queries of calls (docs/queries.md says which query each one serves).

All begin with the account, and are partial, so that a call without a value costs nothing: by value then
newest first, or by sort order. None holds updated_at, notes or provider fields, so that updates of those
are heap-only (HOT).
"""

from datetime import timedelta

from django.db.models import DateTimeField, F, Func, Index, Q, Value
from django.db.models.functions import Collate, Least
from django.db.models.lookups import LessThan

# The largest clock difference that is allowed for.
CLOCK_SKEW = timedelta(minutes=5)


def _utc(time: F | Least) -> Func:
    return Func(time, template="(%(expressions)s AT TIME ZONE 'UTC')", output_field=DateTimeField())


# True if the call began, or was to begin, before its row was created (used by filters/index_scan.py).
IS_IMPORTED = LessThan(
    _utc(Least("scheduled_at", "started_at", "ended_at")), _utc(F("created_at")) - Value(CLOCK_SKEW)
)

NEWEST_FIRST = (F("created_at").desc(), F("id").desc())


def _by_value(field: str, present: Q) -> Index:
    return Index(
        F("account"), F(field), *NEWEST_FIRST, name=f"call_{field.removesuffix('_id')}", condition=present
    )


def _by_text(field: str) -> Index:
    """In byte order, independent of the database's locale, so that it serves prefix searches too."""
    present = ~Q(**{field: ""})
    return Index(F("account"), Collate(field, "C"), *NEWEST_FIRST, name=f"call_{field}", condition=present)


def _by_order(field: str) -> Index:
    present = Q(**{f"{field}__isnull": False})
    return Index(F("account"), F(field).desc(), F("id").desc(), name=f"call_{field}", condition=present)


LIST_INDEXES = [
    Index(F("account"), *NEWEST_FIRST, name="call_video", condition=Q(channel="video")),
    Index(F("account"), *NEWEST_FIRST, name="call_phone", condition=Q(channel="phone")),
    Index(F("account"), F("created_at"), name="call_imported", condition=Q(is_imported=True)),
    Index(F("account"), F("call_status"), *NEWEST_FIRST, name="call_status"),
    _by_value("end_code", ~Q(end_code="")),
    _by_value("campaign_id", Q(campaign_id__isnull=False)),
    _by_value("ai_agent_id", Q(ai_agent_id__isnull=False)),
    _by_value("contact_id", Q(contact_id__isnull=False)),
    _by_text("disconnect_reason"),
    _by_text("to_number"),
    _by_text("from_number"),
    _by_text("host_user_id"),
    _by_text("sentiment"),
    *(_by_text(f"metadata_{place}") for place in range(1, 6)),
    _by_order("scheduled_at"),
    _by_order("started_at"),
    _by_order("ended_at"),
    _by_order("duration"),
    _by_order("rating"),
]

# Ended here, while the provider says, or was last known to say, that it is live.
STILL_BILLED = Q(ended_at__isnull=False, provider_state="live")

# For the lists of what is live, and for what finds a call by another id than its own.
STATE_INDEXES = [
    Index(fields=["account", "-created_at", "-id"], name="call_account_created"),
    Index(fields=["account", "-created_at", "-id"], name="call_live", condition=Q(ended_at__isnull=True)),
    Index(
        fields=["-ended_at"],
        name="call_still_billed",
        condition=STILL_BILLED,
    ),
    Index(fields=["provider_call_id"], name="call_provider_call_id", condition=~Q(provider_call_id="")),
    Index(fields=["account", "submission_key"], name="call_submission", condition=~Q(submission_key="")),
    Index(
        fields=["room_connection"],
        name="call_room_connection",
        condition=Q(room_connection__isnull=False),
    ),
]
