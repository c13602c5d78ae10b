import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('staff', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ConfinedGroup',
            fields=[
                ('group', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='confinement', serialize=False, to='auth.group')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AlterModelOptions(
            name='groupaccount',
            options={'verbose_name': 'account', 'verbose_name_plural': 'accounts that it is confined to'},
        ),
        migrations.AlterField(
            model_name='staffaction',
            name='actor',
            field=models.CharField(help_text='"staff:" and the name of the user; "address:" who was locked out.', max_length=80),
        ),
    ]
