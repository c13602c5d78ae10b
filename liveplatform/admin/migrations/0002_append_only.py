"""The record of staff acts is append-only, for whoever writes to the database as the platform does."""

from django.db import migrations

FORBID = """
CREATE FUNCTION staff_action_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the record of staff acts is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER staff_action_append_only BEFORE UPDATE OR DELETE ON staff_staffaction
    FOR EACH ROW EXECUTE FUNCTION staff_action_is_append_only();
"""
ALLOW = """
DROP TRIGGER staff_action_append_only ON staff_staffaction;
DROP FUNCTION staff_action_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0001_initial")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
