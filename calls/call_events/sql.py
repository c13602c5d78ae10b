"""SQL for the JSON of a call and its recordings, from the serializers: the end of a call writes its event."""

from django.db.models import DateTimeField, DecimalField, Model

from calls.models import Call, Recording
from calls.representation import CallSerializer, RecordingSerializer
from liveplatform.api.serializers import PlainField, PlainSerializer, plain_fields


def call_json_sql(row: str) -> str:
    """SQL for the JSON of a row of calls_call: the statement that ends a call writes its event."""
    return _object_sql(row, CallSerializer, Call)


def recordings_json_sql(call_id: str) -> str:
    """SQL for the JSON of a call's recordings, oldest first."""
    recording = _object_sql("r", RecordingSerializer, Recording)
    return f"""coalesce((SELECT json_agg({recording} ORDER BY r.ready_at, r.id)
        FROM calls_recording r WHERE r.call_id = {call_id}), '[]'::json)"""  # noqa: S608 - names of our own


def rfc3339_sql(time: str) -> str:
    """SQL for a time as RFC 3339 in UTC."""
    return f"""to_char({time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


def _object_sql(row: str, serializer: type[PlainSerializer], model: type[Model]) -> str:
    """A row as JSON; json_build_object() takes 50 pairs at most."""
    pairs = (f'{_value_sql(row, field, model)} AS "{field.name}"' for field in plain_fields(serializer))
    return f"(SELECT row_to_json(o) FROM (SELECT {', '.join(pairs)}) AS o)"  # noqa: S608


def _value_sql(row: str, field: PlainField, model: type[Model]) -> str:
    if field.nested:
        return _object_sql(row, field.nested, model)
    column, kind = f"{row}.{field.source}", model._meta.get_field(field.source)
    if field.blank_is_null:
        return f"nullif({column}, '')"
    if isinstance(kind, DecimalField):
        return f"trim_scale({column})"
    return rfc3339_sql(column) if isinstance(kind, DateTimeField) else column
