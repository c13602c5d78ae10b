from django.db import migrations


class Migration(migrations.Migration):
    """The planner took this index for a large account's list, and passed over everybody else's newer calls."""

    dependencies = [
        ('calls', '0010_list_indexes'),
    ]

    operations = [
        migrations.RemoveIndex(model_name='call', name='call_created'),
    ]
