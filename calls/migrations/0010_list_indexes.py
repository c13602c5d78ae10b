import datetime

import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):
    """`backdated` hears of planned times too (an expression is changed by making its column anew)."""

    dependencies = [
        ('calls', '0009_provider_events'),
    ]

    operations = [
        migrations.RemoveIndex(model_name='call', name='call_backdated'),
        migrations.RemoveField(model_name='call', name='backdated'),
        migrations.AddField(
            model_name='call',
            name='backdated',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.lookups.LessThan(models.Func(django.db.models.functions.comparison.Least('scheduled_at', 'started_at', 'ended_at'), output_field=models.DateTimeField(), template="(%(expressions)s AT TIME ZONE 'UTC')"), django.db.models.expressions.CombinedExpression(models.Func(models.F('created_at'), output_field=models.DateTimeField(), template="(%(expressions)s AT TIME ZONE 'UTC')"), '-', models.Value(datetime.timedelta(seconds=300)))), help_text='Began, or was to begin, before this row was made.', output_field=models.BooleanField(null=True)),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(models.F('account'), models.F('created_at'), condition=models.Q(('backdated', True)), name='call_backdated'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(models.F('account'), models.F('contact_id'), models.OrderBy(models.F('created_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('contact_id__isnull', False)), name='call_contact'),
        ),
    ]
