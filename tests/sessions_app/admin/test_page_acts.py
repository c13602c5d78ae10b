"""The buttons of a session's page: the start, and one of the list's acts."""

from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from liveplatform.accounts.models import Account
from liveplatform.admin.models import GroupAccount, StaffAction
from tests.sessions_app.factories import session


def url(session, path="change/") -> str:
    return f"/admin/sessions_app/session/{session.pk}/{path}"


def test_staff_start_a_session_once_they_were_asked(staff, account, rooms):
    made = session(account)
    assert "Its room is opened" in staff.get(url(made, "start/")).content.decode()
    made.refresh_from_db()
    assert made.status == "scheduled"
    assert "The session is live." in staff.post(url(made, "start/"), follow=True).content.decode()
    made.refresh_from_db()
    assert made.status == "live"
    assert StaffAction.objects.get(verb="Start").account_id == account.pk


def test_a_start_that_fails_is_told(staff, account):
    made = session(account)
    answer = staff.post(url(made, "start/"), follow=True).content.decode()
    assert "errornote" in answer or 'class="error"' in answer
    made.refresh_from_db()
    assert made.status == "scheduled" and not StaffAction.objects.filter(verb="Start").exists()


def test_a_button_asks_about_this_session_alone(staff, account):
    made, other = session(account), session(account)
    shown = staff.get(url(made, "act/cancel_sessions/")).content.decode()
    assert str(made.pk) in shown and str(other.pk) not in shown


def test_who_may_only_view_starts_and_exports_nothing(viewer, account):
    made = session(account)
    for path in ("start/", "roster.csv", "act/cancel_sessions/"):
        assert viewer.get(url(made, path)).status_code == 403, path
        assert viewer.post(url(made, path)).status_code == 403, path


def test_staff_bound_to_another_account_starts_ends_and_exports_nothing(account):
    made = session(account)
    group = Group.objects.create(name="bound")
    GroupAccount.objects.create(group=group, account=Account.objects.create(name="theirs"))
    user = User.objects.create_user("bob", is_staff=True)
    user.groups.add(group)
    user.user_permissions.set(Permission.objects.all())
    client = Client()
    client.force_login(user)
    for path in ("start/", "roster.csv"):
        assert client.get(url(made, path)).status_code == 404, path
        assert client.post(url(made, path)).status_code == 404, path
    for act in ("cancel_sessions", "end_sessions", "restore_sessions", "promote_next"):
        assert str(made.pk) not in client.get(url(made, f"act/{act}/"), follow=True).content.decode(), act
        client.post(url(made, f"act/{act}/"), {"confirmed": "1"})
    made.refresh_from_db()
    assert made.status == "scheduled"
    assert not StaffAction.objects.exclude(verb="log in").exists()
