from django.db import migrations, models


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
    ]
