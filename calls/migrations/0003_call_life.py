import calls.models.on_delete
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import liveplatform.db.uuid7
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0002_checks_limits_lineage"),
        ('calls', '0002_search_triggers'),
    ]

    operations = [
        migrations.CreateModel(
            name='PriceCheck',
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
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RoomOpening',
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
                ('call_id', models.UUIDField(help_text='The call that the room is, or was to be, for.')),
                ('room_type', models.CharField(max_length=64)),
                ('room_id', models.CharField(max_length=64)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='autoendrule',
            name='given_up_since',
            field=models.DateTimeField(blank=True, help_text='When its attempts were first given up, since it was done last.', null=True),
        ),
        migrations.AddField(
            model_name='autoendrule',
            name='tenant_key',
            field=models.UUIDField(db_default=uuid.UUID('00000000-0000-0000-0000-000000000000'), default=uuid.UUID('00000000-0000-0000-0000-000000000000'), help_text='The account: accounts with due rows have equal shares of the workers.'),
        ),
        migrations.AddField(
            model_name='call',
            name='answered_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='call',
            name='answered_by',
            field=models.CharField(blank=True, choices=[('human', 'Human'), ('machine', 'Machine'), ('fax', 'Fax'), ('unknown', 'Unknown')], db_default='', default='', max_length=8),
        ),
        migrations.AddField(
            model_name='call',
            name='join_limit',
            field=models.PositiveIntegerField(blank=True, help_text='Seconds; 0: no limit, empty: the default.', null=True),
        ),
        migrations.AddField(
            model_name='call',
            name='joined_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='call',
            name='machine_detection',
            field=models.CharField(blank=True, choices=[('enable', 'Enable'), ('detect_message_end', 'Detect Message End')], db_default='', default='', max_length=20),
        ),
        migrations.AddField(
            model_name='call',
            name='metadata_1',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=200),
        ),
        migrations.AddField(
            model_name='call',
            name='metadata_2',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=200),
        ),
        migrations.AddField(
            model_name='call',
            name='metadata_3',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=200),
        ),
        migrations.AddField(
            model_name='call',
            name='metadata_4',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=200),
        ),
        migrations.AddField(
            model_name='call',
            name='metadata_5',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=200),
        ),
        migrations.AddField(
            model_name='call',
            name='on_machine',
            field=models.CharField(blank=True, choices=[('continue', 'Continue'), ('hang_up', 'Hang Up')], db_default='', default='', max_length=10),
        ),
        migrations.AddField(
            model_name='call',
            name='provider_answered_by',
            field=models.CharField(blank=True, db_default='', default='', help_text="In the provider's vocabulary.", max_length=40),
        ),
        migrations.AddField(
            model_name='call',
            name='ring_time',
            field=models.PositiveIntegerField(blank=True, help_text='Seconds from ringing to answer.', null=True),
        ),
        migrations.AddField(
            model_name='call',
            name='ringing_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='callmonitor',
            name='given_up_since',
            field=models.DateTimeField(blank=True, help_text='When its attempts were first given up, since it was done last.', null=True),
        ),
        migrations.AddField(
            model_name='callmonitor',
            name='tenant_key',
            field=models.UUIDField(db_default=uuid.UUID('00000000-0000-0000-0000-000000000000'), default=uuid.UUID('00000000-0000-0000-0000-000000000000'), help_text='The account: accounts with due rows have equal shares of the workers.'),
        ),
        migrations.AddField(
            model_name='operation',
            name='given_up_since',
            field=models.DateTimeField(blank=True, help_text='When its attempts were first given up, since it was done last.', null=True),
        ),
        migrations.AddField(
            model_name='operation',
            name='tenant_key',
            field=models.UUIDField(db_default=uuid.UUID('00000000-0000-0000-0000-000000000000'), default=uuid.UUID('00000000-0000-0000-0000-000000000000'), help_text='The account: accounts with due rows have equal shares of the workers.'),
        ),
        migrations.AddField(
            model_name='providerevent',
            name='given_up_since',
            field=models.DateTimeField(blank=True, help_text='When its attempts were first given up, since it was done last.', null=True),
        ),
        migrations.AddField(
            model_name='providerevent',
            name='tenant_key',
            field=models.UUIDField(db_default=uuid.UUID('00000000-0000-0000-0000-000000000000'), default=uuid.UUID('00000000-0000-0000-0000-000000000000'), help_text='The account: accounts with due rows have equal shares of the workers.'),
        ),
        migrations.AddField(
            model_name='reconciliation',
            name='given_up_since',
            field=models.DateTimeField(blank=True, help_text='When its attempts were first given up, since it was done last.', null=True),
        ),
        migrations.AddField(
            model_name='reconciliation',
            name='tenant_key',
            field=models.UUIDField(db_default=uuid.UUID('00000000-0000-0000-0000-000000000000'), default=uuid.UUID('00000000-0000-0000-0000-000000000000'), help_text='The account: accounts with due rows have equal shares of the workers.'),
        ),
        migrations.AddField(
            model_name='recordingsync',
            name='given_up_since',
            field=models.DateTimeField(blank=True, help_text='When its attempts were first given up, since it was done last.', null=True),
        ),
        migrations.AddField(
            model_name='recordingsync',
            name='tenant_key',
            field=models.UUIDField(db_default=uuid.UUID('00000000-0000-0000-0000-000000000000'), default=uuid.UUID('00000000-0000-0000-0000-000000000000'), help_text='The account: accounts with due rows have equal shares of the workers.'),
        ),
        migrations.AddField(
            model_name='step',
            name='given_up_since',
            field=models.DateTimeField(blank=True, help_text='When its attempts were first given up, since it was done last.', null=True),
        ),
        migrations.AddField(
            model_name='step',
            name='paced_tries',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='step',
            name='paced_try_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='step',
            name='tenant_key',
            field=models.UUIDField(db_default=uuid.UUID('00000000-0000-0000-0000-000000000000'), default=uuid.UUID('00000000-0000-0000-0000-000000000000'), help_text='The account: accounts with due rows have equal shares of the workers.'),
        ),
        migrations.AlterField(
            model_name='autoendrule',
            name='code',
            field=models.CharField(choices=[('ended_by_api', 'Ended By Api'), ('ended_by_staff', 'Ended By Staff'), ('emergency_stop', 'Emergency Stop'), ('time_limit', 'Time Limit'), ('stale', 'Stale'), ('quality_control', 'Quality Control'), ('participants_left', 'Participants Left'), ('nobody_came', 'Nobody Came'), ('voicemail', 'Voicemail'), ('room_gone', 'Room Gone'), ('ended_at_provider', 'Ended At Provider'), ('busy', 'Busy'), ('no_answer', 'No Answer'), ('canceled', 'Canceled'), ('failed', 'Failed'), ('session_ended', 'Session Ended')], default='quality_control', max_length=24),
        ),
        migrations.AlterField(
            model_name='call',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=calls.models.on_delete.cascade_unless_needed, related_name='calls', to='accounts.account'),
        ),
        migrations.AlterField(
            model_name='call',
            name='end_code',
            field=models.CharField(blank=True, choices=[('ended_by_api', 'Ended By Api'), ('ended_by_staff', 'Ended By Staff'), ('emergency_stop', 'Emergency Stop'), ('time_limit', 'Time Limit'), ('stale', 'Stale'), ('quality_control', 'Quality Control'), ('participants_left', 'Participants Left'), ('nobody_came', 'Nobody Came'), ('voicemail', 'Voicemail'), ('room_gone', 'Room Gone'), ('ended_at_provider', 'Ended At Provider'), ('busy', 'Busy'), ('no_answer', 'No Answer'), ('canceled', 'Canceled'), ('failed', 'Failed'), ('session_ended', 'Session Ended')], default='', max_length=24),
        ),
        migrations.AlterField(
            model_name='call',
            name='updated_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='Moves with every change.'),
        ),
        migrations.AlterField(
            model_name='operation',
            name='code',
            field=models.CharField(choices=[('ended_by_api', 'Ended By Api'), ('ended_by_staff', 'Ended By Staff'), ('emergency_stop', 'Emergency Stop'), ('time_limit', 'Time Limit'), ('stale', 'Stale'), ('quality_control', 'Quality Control'), ('participants_left', 'Participants Left'), ('nobody_came', 'Nobody Came'), ('voicemail', 'Voicemail'), ('room_gone', 'Room Gone'), ('ended_at_provider', 'Ended At Provider'), ('busy', 'Busy'), ('no_answer', 'No Answer'), ('canceled', 'Canceled'), ('failed', 'Failed'), ('session_ended', 'Session Ended')], max_length=24),
        ),
        migrations.AddField(
            model_name='pricecheck',
            name='call',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='price_check', to='calls.call'),
        ),
        migrations.AddField(
            model_name='roomopening',
            name='connection',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.connection'),
        ),
        migrations.AddIndex(
            model_name='pricecheck',
            index=models.Index(condition=models.Q(('state__in', ('pending', 'running'))), fields=['tenant_key', 'concurrency_key', 'due_at'], name='pricecheck_due'),
        ),
        migrations.AddIndex(
            model_name='pricecheck',
            index=models.Index(condition=models.Q(('state', 'failed')), fields=['settled_at'], name='pricecheck_failed'),
        ),
        migrations.AddIndex(
            model_name='roomopening',
            index=models.Index(condition=models.Q(('state__in', ('pending', 'running'))), fields=['tenant_key', 'concurrency_key', 'due_at'], name='roomopening_due'),
        ),
        migrations.AddIndex(
            model_name='roomopening',
            index=models.Index(condition=models.Q(('state', 'failed')), fields=['settled_at'], name='roomopening_failed'),
        ),
    ]
