from django.db import migrations

# `updated_at` is for those who follow calls by it, so whoever writes a call or what is shown with it, moves it:
# to the clock at the time of the write, and later than the last value, whatever waited for whom. A statement
# that sets a later time itself (calls/sql.py) does not pay for the function.
CREATE = r"""
CREATE FUNCTION calls_move_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at + interval '1 microsecond');
    RETURN NEW;
END $$;

CREATE TRIGGER call_updated_at BEFORE UPDATE ON calls_call FOR EACH ROW
    WHEN (NEW.updated_at <= OLD.updated_at) EXECUTE FUNCTION calls_move_updated_at();

-- The call's row is left alone if this transaction has written it: its updated_at has moved.
CREATE FUNCTION calls_touch_call() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE calls_call SET updated_at = greatest(clock_timestamp(), updated_at + interval '1 microsecond')
    WHERE id = coalesce(NEW.call_id, OLD.call_id) AND xmin <> pg_current_xact_id()::xid;
    RETURN NULL;
END $$;

CREATE TRIGGER transcript_of_call AFTER INSERT OR UPDATE OR DELETE ON calls_transcript FOR EACH ROW
    EXECUTE FUNCTION calls_touch_call();
CREATE TRIGGER analysis_of_call AFTER INSERT OR UPDATE OR DELETE ON calls_analysis FOR EACH ROW
    EXECUTE FUNCTION calls_touch_call();
CREATE TRIGGER recording_of_call AFTER INSERT OR UPDATE OR DELETE ON calls_recording FOR EACH ROW
    EXECUTE FUNCTION calls_touch_call();
CREATE TRIGGER activity_of_call AFTER INSERT ON calls_activity FOR EACH ROW
    EXECUTE FUNCTION calls_touch_call();
"""

DROP = """
DROP TRIGGER activity_of_call ON calls_activity;
DROP TRIGGER recording_of_call ON calls_recording;
DROP TRIGGER analysis_of_call ON calls_analysis;
DROP TRIGGER transcript_of_call ON calls_transcript;
DROP TRIGGER call_updated_at ON calls_call;
DROP FUNCTION calls_touch_call();
DROP FUNCTION calls_move_updated_at();
"""


class Migration(migrations.Migration):
    """Triggers that move a call's updated_at with every change of what is shown of it."""

    dependencies = [("calls", "0004_tenant_keys")]

    operations = [migrations.RunSQL(CREATE, DROP)]
