from django.db import migrations

# A session's updated_at moves with every change, and never backwards, as a call's does.
# A call that a session follows (calls_call.is_followed) leaves a duty with every change of its state or of
# its recording, in the transaction of the change, through whatever door it came. Other calls do not pay for
# it: the trigger's condition reads one boolean. The duty is only inserted, and refers to a session that is
# locked FOR NO KEY UPDATE at most, so whoever holds the call waits for nobody.
CREATE = r"""
CREATE FUNCTION sessions_move_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at + interval '1 microsecond');
    RETURN NEW;
END $$;

CREATE TRIGGER session_updated_at BEFORE UPDATE ON sessions_app_session FOR EACH ROW
    EXECUTE FUNCTION sessions_move_updated_at();

CREATE FUNCTION sessions_follow_call() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sessions_app_sessionduty (id, session_id, kind, slot, tenant_key)
    SELECT gen_random_uuid(), s.id, 'follow_call', gen_random_uuid()::text, s.account_id
    FROM sessions_app_session s WHERE s.call_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER followed_by_session AFTER UPDATE ON calls_call FOR EACH ROW
    WHEN (NEW.is_followed AND (OLD.status, OLD.recording_url) IS DISTINCT FROM (NEW.status, NEW.recording_url))
    EXECUTE FUNCTION sessions_follow_call();
"""

DROP = """
DROP TRIGGER followed_by_session ON calls_call;
DROP FUNCTION sessions_follow_call();
DROP TRIGGER session_updated_at ON sessions_app_session;
DROP FUNCTION sessions_move_updated_at();
"""


class Migration(migrations.Migration):
    """A session's updated_at; and what a session hears of its call."""

    dependencies = [("sessions_app", "0001_initial"), ("calls", "0008_following_and_participants")]

    operations = [migrations.RunSQL(CREATE, DROP)]
