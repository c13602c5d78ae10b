"""Indexes of tables that may be large, built while they are in use."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [('webhooks', '0003_tenant_keys')]

    operations = [
        RemoveIndexConcurrently(
            model_name='delivery',
            name='delivery_due',
        ),
        AddIndexConcurrently(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state__in', ('pending', 'running'))), fields=['tenant_key', 'concurrency_key', 'due_at'], name='delivery_due'),
        ),
    ]
