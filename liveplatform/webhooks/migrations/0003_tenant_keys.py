"""The tenant of open deliveries that were written before they had one."""

from django.db import migrations

STATEMENT = """
UPDATE webhooks_delivery SET tenant_key = account_id WHERE state IN ('pending', 'running')
"""


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0002_payload_and_tenant")]

    operations = [migrations.RunSQL(STATEMENT, migrations.RunSQL.noop)]
