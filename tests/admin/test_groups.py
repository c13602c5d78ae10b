"""Ready-made groups: created once, and then left alone."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.core.management.sql import emit_post_migrate_signal
from django.test import Client

from liveplatform.accounts.models import Account
from liveplatform.admin.groups import GROUPS, create_groups
from liveplatform.admin.models import ConfinedGroup, GroupAccount
from tests.accounts.test_deactivation import form
from tests.calls.streams.streams import stream
from tests.support.factories import phone_call


@pytest.fixture
def groups(db) -> None:
    Group.objects.all().delete()
    create_groups()


def of(name: str) -> Client:
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get(name=name))
    client = Client()
    client.force_login(user)
    return client


def test_they_are_created_and_a_changed_one_is_left_alone(groups):
    assert set(Group.objects.values_list("name", flat=True)) == set(GROUPS)
    Group.objects.get(name="Support").permissions.clear()
    create_groups()
    assert not Group.objects.get(name="Support").permissions.exists()


def test_the_first_migrate_of_a_fresh_database_creates_them_with_their_permissions(db):
    for model in (Group, Permission, ContentType):
        model.objects.all().delete()
    ContentType.objects.clear_cache()
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    assert set(Group.objects.values_list("name", flat=True)) == set(GROUPS)
    for name, extra in GROUPS.items():
        own = Permission.objects.filter(group__name=name)
        assert {permission.partition(".")[2] for permission in extra} <= set(
            own.values_list("codename", flat=True)
        )
    ContentType.objects.clear_cache()


def test_support_ends_one_call_but_not_many(groups, account):
    support, call = of("Support"), phone_call(account)
    page = support.get(f"/admin/calls/call/{call.pk}/change/").content.decode()
    assert "End this call" in page and "+14155550111" not in page
    assert "end_calls" not in support.get("/admin/calls/call/").content.decode()
    assert support.post(f"/admin/calls/operation/stop/{account.pk}/").status_code == 403
    assert support.get("/admin/accounts/apikey/add/").status_code == 403
    assert support.post(f"/admin/calls/call/{call.pk}/end/").status_code == 302


def test_operations_stop_an_account_but_make_no_keys(groups, account):
    operations = of("Operations")
    assert operations.get(f"/admin/calls/operation/stop/{account.pk}/").status_code == 200
    assert operations.get("/admin/accounts/apikey/add/").status_code == 403
    assert operations.get("/admin/calls/autoendrule/add/").status_code == 200


def test_account_admins_make_keys_but_end_nothing(groups, account):
    admins, call = of("Account admins"), phone_call(account)
    assert admins.get("/admin/accounts/apikey/add/").status_code == 200
    assert admins.post(f"/admin/calls/call/{call.pk}/end/").status_code == 403
    assert admins.get("/admin/auth/user/").status_code == 403


def test_ending_all_calls_with_an_account_takes_the_permission_of_the_emergency_stop(groups, account):
    admins, call = of("Account admins"), phone_call(account)
    sent = form(account, end_running="on")
    assert admins.post(f"/admin/accounts/account/{account.pk}/change/", sent).status_code == 403
    call.refresh_from_db()
    account.refresh_from_db()
    assert account.is_active and not call.is_over


def test_a_confined_group_without_accounts_sees_nothing(groups, account):
    call = phone_call(account)
    support = Group.objects.get(name="Support")
    root, member = Client(), of("Support")
    root.force_login(User.objects.create_superuser("root"))

    def sees() -> bool:
        return str(call.pk) in member.get("/admin/calls/call/").content.decode()

    def save(*accounts: Account, confined: bool, removed: bool = False):
        old = list(support.account_bindings.all())
        new = [each for each in accounts if each.pk not in {binding.account_id for binding in old}]
        sent = {"name": "Support", "permissions": [p.pk for p in support.permissions.all()]}
        sent |= {"confined": "on"} if confined else {}
        prefix = "account_bindings"
        sent |= {f"{prefix}-TOTAL_FORMS": len(old) + len(new), f"{prefix}-INITIAL_FORMS": len(old)}
        for n, binding in enumerate(old):
            sent |= {f"{prefix}-{n}-id": binding.pk, f"{prefix}-{n}-group": support.pk}
            sent |= {f"{prefix}-{n}-account": binding.account_id}
            sent |= {f"{prefix}-{n}-DELETE": "on"} if removed else {}
        for n, each in enumerate(new, start=len(old)):
            sent |= {f"{prefix}-{n}-account": each.pk, f"{prefix}-{n}-group": support.pk}
        answer = root.post(f"/admin/auth/group/{support.pk}/change/", sent, follow=True)
        assert answer.status_code == 200 and "errornote" not in answer.content.decode()
        return answer.content.decode()

    assert sees(), "not confined: all accounts"
    save(account, confined=False)
    assert sees() and ConfinedGroup.objects.filter(group=support).exists()
    assert "its members see nothing" in save(confined=True, removed=True)
    assert not sees() and member.get(f"/admin/calls/call/{call.pk}/change/").status_code == 302
    save(confined=False)
    assert sees(), "unbound on purpose"
    gone = Account.objects.create(name="gone")
    GroupAccount.objects.create(group=support, account=gone)
    assert not sees()
    gone.delete()
    assert not sees(), "the account is gone, the group is confined still"
    GroupAccount.objects.create(group=support, account=account)
    assert sees()
    GroupAccount.objects.filter(group=support).delete()
    assert not sees()


def test_a_bound_group_neither_sees_nor_stops_streams_of_another_account(groups, account):
    support, member = Group.objects.get(name="Support"), of("Support")
    GroupAccount.objects.create(group=support, account=account)
    own, other = (stream(each, status="live") for each in (account, Account.objects.create(name="other")))
    listed = member.get("/admin/calls/mediastream/").content.decode()
    assert str(own.pk) in listed and str(other.pk) not in listed
    assert member.get(f"/admin/calls/mediastream/{other.pk}/change/").status_code == 302
    stops = [f"/admin/calls/mediastream/{each.pk}/stop/" for each in (own, other)]
    assert [member.post(stop, {"confirmed": "yes"}).status_code for stop in stops] == [302, 404]
    own.refresh_from_db()
    other.refresh_from_db()
    assert (own.status, other.status) == ("stopping", "live")
