import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0002_checks_limits_lineage"),
        ('webhooks', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='delivery',
            name='given_up_since',
            field=models.DateTimeField(blank=True, help_text='When its attempts were first given up, since it was done last.', null=True),
        ),
        migrations.AddField(
            model_name='delivery',
            name='payload',
            field=models.CharField(choices=[('full', 'Full'), ('thin', 'Thin')], db_default='full', default='full', max_length=4),
        ),
        migrations.AddField(
            model_name='delivery',
            name='tenant_key',
            field=models.UUIDField(db_default=uuid.UUID('00000000-0000-0000-0000-000000000000'), default=uuid.UUID('00000000-0000-0000-0000-000000000000'), help_text='The account: accounts with due rows have equal shares of the workers.'),
        ),
        migrations.AddField(
            model_name='endpoint',
            name='is_catching_up',
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name='endpoint',
            name='payload',
            field=models.CharField(choices=[('full', 'Full'), ('thin', 'Thin')], db_default='full', default='full', help_text='full: the whole event; thin: ids and states only. It applies to new messages.', max_length=4),
        ),
    ]
