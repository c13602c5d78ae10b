"""Raw SQL of mails: one statement writes the mails to all the people whom a query finds."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from liveplatform.db.uuid7 import sql_uuid7, uuid7
from liveplatform.json_codec import dumps_for_jsonb
from sessions_app.models import Mail, Registration, Session

# The number is the database's clock, so that the mails to a person are in order whatever process wrote them.
INSERT_MAILS = f"""
INSERT INTO {Mail._meta.db_table} (id, number, session_id, registration_id, "to", kind, cause,
                                   calendar_sequence, details, max_attempts, tenant_key)
SELECT {sql_uuid7("%s::uuid")}, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, %s, person.id,
       person.email, %s, %s, %s, %s::jsonb, %s, %s
FROM ({{people}}) AS person
ON CONFLICT (registration_id, kind, cause) DO NOTHING
"""  # noqa: S608 - composed of constants


def insert_mails(
    session: Session, people: QuerySet[Registration], kind: Mail.Kind, cause: str, details: dict[str, Any]
) -> int:
    """Write a mail to each of these people, unless there is one of this kind and cause; returns how many.

    100,000 mails take about three seconds, and no memory of this process.
    """
    try:
        found, parameters = people.order_by().values("id", "email").query.sql_with_params()
    except EmptyResultSet:
        return 0
    given: list[Any] = [uuid7(), session.pk, kind, cause, session.calendar_sequence]
    given += [dumps_for_jsonb(details), Mail.MAX_ATTEMPTS, session.account_id]
    with connection.cursor() as cursor:
        cursor.execute(INSERT_MAILS.format(people=found), [*given, *parameters])
        return int(cursor.rowcount)
