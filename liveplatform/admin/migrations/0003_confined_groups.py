"""Groups that have accounts are confined to them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("staff", "0002_append_only"), ("staff", "0002_generated")]

    operations = [
        migrations.RunSQL(
            "INSERT INTO staff_confinedgroup (group_id) SELECT DISTINCT group_id FROM staff_groupaccount",
            migrations.RunSQL.noop,
        )
    ]
