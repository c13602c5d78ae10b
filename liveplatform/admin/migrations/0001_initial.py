import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import liveplatform.db.uuid7
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("accounts", "0002_checks_limits_lineage"),
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='StaffPermission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
            options={
                'permissions': [('see_private', 'Can see phone numbers, transcripts, recordings and bodies'), ('note_calls', "Can write a call's notes and rating"), ('end_calls', 'Can end a call'), ('end_many_calls', 'Can end many calls, and make auto-end rules'), ('emergency_stop', 'Can end all live calls of an account'), ('run_again', 'Can run steps, analyses and checks again'), ('resend_deliveries', 'Can send deliveries and test events'), ('manage_keys', 'Can make, rotate and revoke keys and secrets')],
                'managed': False,
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ConfinedGroup',
            fields=[
                ('group', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='confinement', serialize=False, to='auth.group')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='GroupAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.account')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='account_bindings', to='auth.group')),
            ],
            options={
                'verbose_name': 'account',
                'verbose_name_plural': 'accounts that it is confined to',
                'constraints': [models.UniqueConstraint(fields=('group', 'account'), name='group_account_once')],
            },
        ),
        migrations.CreateModel(
            name='StaffAction',
            fields=[
                ('id', models.UUIDField(default=liveplatform.db.uuid7.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('actor', models.CharField(help_text='"staff:" and the name of the user; "address:" who was locked out.', max_length=80)),
                ('verb', models.CharField(max_length=80)),
                ('model', models.CharField(blank=True, default='', help_text='Such as "calls.call".', max_length=60)),
                ('target', models.CharField(blank=True, default='', help_text='The row, by its name.', max_length=200)),
                ('rows', models.PositiveIntegerField(default=1, help_text='How many rows it was done to.')),
                ('subjects', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, help_text='The rows, and the calls of these rows.', size=None)),
                ('detail', models.JSONField(default=dict)),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.account')),
            ],
            options={
                'ordering': ('-id',),
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['account', '-id'], name='staff_action_account'), django.contrib.postgres.indexes.GinIndex(fields=['subjects'], name='staff_action_subjects')],
            },
        ),
        migrations.CreateModel(
            name='StaffOperation',
            fields=[
                ('id', models.UUIDField(default=liveplatform.db.uuid7.uuid7, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('pending', 'Pending'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed'), ('skipped', 'Skipped')], db_default='pending', default='pending', max_length=8)),
                ('attempts', models.PositiveIntegerField(db_default=0, default=0)),
                ('max_attempts', models.PositiveIntegerField(db_default=10, default=10)),
                ('due_at', models.DateTimeField(blank=True, db_default=django.db.models.functions.datetime.Now(), null=True)),
                ('fencing_token', models.BigIntegerField(db_default=0, default=0, help_text='Grows with each claim, so that a stale owner writes nothing.')),
                ('tenant_key', models.UUIDField(db_default=uuid.UUID('00000000-0000-0000-0000-000000000000'), default=uuid.UUID('00000000-0000-0000-0000-000000000000'), help_text='The account: accounts with due rows have equal shares of the workers.')),
                ('concurrency_key', models.UUIDField(db_default=uuid.UUID('00000000-0000-0000-0000-000000000000'), default=uuid.UUID('00000000-0000-0000-0000-000000000000'), help_text='Rows of one key share a limit: a slow key hurts no other.')),
                ('error', models.TextField(blank=True, db_default='', default='')),
                ('result', models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict)),
                ('log', models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, help_text='One entry per attempt.')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('given_up_since', models.DateTimeField(blank=True, help_text='When its attempts were first given up, since it was done last.', null=True)),
                ('model', models.CharField(help_text='The rows\' model, such as "webhooks.delivery".', max_length=60)),
                ('action', models.CharField(max_length=40)),
                ('ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('position', models.PositiveIntegerField(default=0, help_text='How many of the rows are done.')),
                ('changed', models.PositiveIntegerField(default=0, help_text='Rows that it changed; others were so already.')),
                ('requested_by', models.CharField(max_length=80)),
                ('account', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.account')),
            ],
            options={
                'abstract': False,
                'default_permissions': ('view',),
                'indexes': [models.Index(condition=models.Q(('state__in', ('pending', 'running'))), fields=['tenant_key', 'concurrency_key', 'due_at'], name='staffoperation_due'), models.Index(condition=models.Q(('state', 'failed')), fields=['settled_at'], name='staffoperation_failed'), models.Index(fields=['account', '-id'], name='staff_operation_account')],
            },
        ),
    ]
