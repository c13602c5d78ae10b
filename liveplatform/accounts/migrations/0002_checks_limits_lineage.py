import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


RENAME_DUPLICATES = """
UPDATE accounts_account a SET name = left(a.name, 178) || ' ' || a.auth_id
WHERE EXISTS (SELECT 1 FROM accounts_account b WHERE lower(b.name) = lower(a.name) AND b.id < a.id)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='account',
            name='call_join_limit',
            field=models.PositiveIntegerField(db_default=3600, default=3600, help_text='Seconds after which a live video call that nobody has joined is ended; 0: never.'),
        ),
        migrations.AddField(
            model_name='account',
            name='key_rate_limit',
            field=models.PositiveIntegerField(blank=True, help_text='Requests a minute of one key or token; empty: the default, 0: no limit.', null=True),
        ),
        migrations.AddField(
            model_name='account',
            name='metadata_keys',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(blank=True, max_length=64), blank=True, db_default=models.Value([], django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), size=None)), default=list, editable=False, size=5),
        ),
        migrations.AddField(
            model_name='account',
            name='metadata_lease',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='account',
            name='metadata_pending',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), blank=True, db_default=models.Value([], django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), size=None)), default=list, editable=False, size=None),
        ),
        migrations.AddField(
            model_name='account',
            name='rate_limit',
            field=models.PositiveIntegerField(blank=True, help_text='Requests a minute of all keys and tokens together; empty: the default, 0: no limit.', null=True),
        ),
        migrations.AddField(
            model_name='apikey',
            name='created_by',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=80),
        ),
        migrations.AddField(
            model_name='apikey',
            name='parent',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='made_keys', to='accounts.apikey'),
        ),
        migrations.AddField(
            model_name='connection',
            name='check_message',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=300),
        ),
        migrations.AddField(
            model_name='connection',
            name='check_outcome',
            field=models.CharField(blank=True, choices=[('accepted', 'accepted by the provider'), ('refused', 'refused by the provider'), ('unknown', 'the provider could not be asked')], db_default='', default='', editable=False, max_length=8),
        ),
        migrations.AddField(
            model_name='connection',
            name='checked_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        # Of accounts with one name, all but the oldest get their auth_id behind it.
        migrations.RunSQL(RENAME_DUPLICATES, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='unique_account_name', violation_error_message='There is another account with this name.'),
        ),
    ]
