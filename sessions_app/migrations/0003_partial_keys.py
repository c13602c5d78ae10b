from django.db import migrations, models

# An UPDATE of a column that has a whole unique index locks its row FOR UPDATE: a foreign key could refer to it.
# Then the rows that the trigger on calls inserts would wait for a session whose call is bound, or whose series
# changes, while its holder waits for a call: a deadlock. A partial index makes no such lock, and NULL is not
# unique anyway. PostgreSQL names the constraint of a OneToOneField.
CALL = r"""
ALTER TABLE sessions_app_session DROP CONSTRAINT sessions_app_session_call_id_key;
CREATE UNIQUE INDEX session_of_call ON sessions_app_session (call_id) WHERE call_id IS NOT NULL;
"""

WHOLE = r"""
DROP INDEX session_of_call;
ALTER TABLE sessions_app_session ADD CONSTRAINT sessions_app_session_call_id_key UNIQUE (call_id);
"""


class Migration(migrations.Migration):
    """Unique indexes whose columns can be changed while others insert rows that refer to the session."""

    dependencies = [("sessions_app", "0002_triggers")]

    operations = [
        migrations.RunSQL(CALL, WHOLE),
        migrations.RemoveConstraint(model_name="session", name="session_once_per_occurrence"),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(
                condition=models.Q(("original_at__isnull", False)),
                fields=("series", "original_at"),
                name="session_once_per_occurrence",
            ),
        ),
    ]
