"""Indexes of tables that may be large, built while they are in use."""

import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [('calls', '0006_metadata_keys')]

    operations = [
        RemoveIndexConcurrently(
            model_name='autoendrule',
            name='autoendrule_due',
        ),
        AddIndexConcurrently(
            model_name='autoendrule',
            index=models.Index(condition=models.Q(('state__in', ('pending', 'running'))), fields=['tenant_key', 'concurrency_key', 'due_at'], name='autoendrule_due'),
        ),
        AddIndexConcurrently(
            model_name='call',
            index=models.Index(models.F('account'), models.OrderBy(models.F('created_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('channel', 'phone')), name='call_phone'),
        ),
        AddIndexConcurrently(
            model_name='call',
            index=models.Index(models.F('account'), django.db.models.functions.comparison.Collate('metadata_1', 'C'), models.OrderBy(models.F('created_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('metadata_1', ''), _negated=True), name='call_metadata_1'),
        ),
        AddIndexConcurrently(
            model_name='call',
            index=models.Index(models.F('account'), django.db.models.functions.comparison.Collate('metadata_2', 'C'), models.OrderBy(models.F('created_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('metadata_2', ''), _negated=True), name='call_metadata_2'),
        ),
        AddIndexConcurrently(
            model_name='call',
            index=models.Index(models.F('account'), django.db.models.functions.comparison.Collate('metadata_3', 'C'), models.OrderBy(models.F('created_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('metadata_3', ''), _negated=True), name='call_metadata_3'),
        ),
        AddIndexConcurrently(
            model_name='call',
            index=models.Index(models.F('account'), django.db.models.functions.comparison.Collate('metadata_4', 'C'), models.OrderBy(models.F('created_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('metadata_4', ''), _negated=True), name='call_metadata_4'),
        ),
        AddIndexConcurrently(
            model_name='call',
            index=models.Index(models.F('account'), django.db.models.functions.comparison.Collate('metadata_5', 'C'), models.OrderBy(models.F('created_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('metadata_5', ''), _negated=True), name='call_metadata_5'),
        ),
        RemoveIndexConcurrently(
            model_name='callmonitor',
            name='callmonitor_due',
        ),
        AddIndexConcurrently(
            model_name='callmonitor',
            index=models.Index(condition=models.Q(('state__in', ('pending', 'running'))), fields=['tenant_key', 'concurrency_key', 'due_at'], name='callmonitor_due'),
        ),
        RemoveIndexConcurrently(
            model_name='operation',
            name='operation_due',
        ),
        AddIndexConcurrently(
            model_name='operation',
            index=models.Index(condition=models.Q(('state__in', ('pending', 'running'))), fields=['tenant_key', 'concurrency_key', 'due_at'], name='operation_due'),
        ),
        RemoveIndexConcurrently(
            model_name='providerevent',
            name='providerevent_due',
        ),
        AddIndexConcurrently(
            model_name='providerevent',
            index=models.Index(condition=models.Q(('state__in', ('pending', 'running'))), fields=['tenant_key', 'concurrency_key', 'due_at'], name='providerevent_due'),
        ),
        RemoveIndexConcurrently(
            model_name='reconciliation',
            name='reconciliation_due',
        ),
        AddIndexConcurrently(
            model_name='reconciliation',
            index=models.Index(condition=models.Q(('state__in', ('pending', 'running'))), fields=['tenant_key', 'concurrency_key', 'due_at'], name='reconciliation_due'),
        ),
        RemoveIndexConcurrently(
            model_name='recordingsync',
            name='recordingsync_due',
        ),
        AddIndexConcurrently(
            model_name='recordingsync',
            index=models.Index(condition=models.Q(('state__in', ('pending', 'running'))), fields=['tenant_key', 'concurrency_key', 'due_at'], name='recordingsync_due'),
        ),
        RemoveIndexConcurrently(
            model_name='step',
            name='step_due',
        ),
        AddIndexConcurrently(
            model_name='step',
            index=models.Index(condition=models.Q(('state__in', ('pending', 'running'))), fields=['tenant_key', 'concurrency_key', 'due_at'], name='step_due'),
        ),
    ]
