"""A trigger copies the values of an account's declared metadata names into the columns metadata_1 to 5."""

from django.db import migrations

CREATE = """
CREATE FUNCTION calls_metadata_value(metadata jsonb, name text) RETURNS text LANGUAGE sql IMMUTABLE
PARALLEL SAFE AS $$
    SELECT CASE WHEN name <> '' AND jsonb_typeof(metadata -> name) IN ('string', 'number', 'boolean')
           THEN left(metadata ->> name, 200) ELSE '' END
$$;
CREATE FUNCTION calls_copy_metadata() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE names text[];
BEGIN
    IF NEW.metadata <> '{}'::jsonb THEN
        SELECT metadata_keys INTO names FROM accounts_account WHERE id = NEW.account_id;
    END IF;
    NEW.metadata_1 := calls_metadata_value(NEW.metadata, names[1]);
    NEW.metadata_2 := calls_metadata_value(NEW.metadata, names[2]);
    NEW.metadata_3 := calls_metadata_value(NEW.metadata, names[3]);
    NEW.metadata_4 := calls_metadata_value(NEW.metadata, names[4]);
    NEW.metadata_5 := calls_metadata_value(NEW.metadata, names[5]);
    RETURN NEW;
END $$;
CREATE TRIGGER metadata_of_call BEFORE INSERT OR UPDATE OF metadata ON calls_call FOR EACH ROW
    EXECUTE FUNCTION calls_copy_metadata();
"""
DROP = """
DROP TRIGGER metadata_of_call ON calls_call;
DROP FUNCTION calls_copy_metadata();
DROP FUNCTION calls_metadata_value(jsonb, text);
"""


class Migration(migrations.Migration):
    dependencies = [("calls", "0005_updated_at"), ("accounts", "0002_checks_limits_lineage")]

    operations = [migrations.RunSQL(CREATE, DROP)]
