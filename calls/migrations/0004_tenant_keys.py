"""The tenant of open work that was written before rows had one."""

from django.db import migrations

OF_CALL = """
UPDATE {table} w SET tenant_key = c.account_id FROM calls_call c
WHERE c.id = w.call_id AND w.state IN ('pending', 'running')
"""
OF_CONNECTION = """
UPDATE {table} w SET tenant_key = c.account_id FROM accounts_connection c
WHERE c.id = w.connection_id AND w.state IN ('pending', 'running')
"""
# Operations and rules settle and start again, so all of them.
OF_ACCOUNT = "UPDATE {table} SET tenant_key = account_id"

STATEMENTS = [
    OF_CALL.format(table="calls_step"),
    OF_CALL.format(table="calls_callmonitor"),
    OF_CALL.format(table="calls_recordingsync"),
    OF_CONNECTION.format(table="calls_reconciliation"),
    OF_CONNECTION.format(table="calls_providerevent"),
    OF_ACCOUNT.format(table="calls_operation"),
    OF_ACCOUNT.format(table="calls_autoendrule"),
]


class Migration(migrations.Migration):
    dependencies = [("calls", "0003_call_life"), ("accounts", "0001_initial")]

    operations = [migrations.RunSQL(statement, migrations.RunSQL.noop) for statement in STATEMENTS]
