"""Staff of the admin, and those who may only see."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client


@pytest.fixture
def staff(db) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("alice"))
    return client


@pytest.fixture
def viewer(db) -> Client:
    """Staff who may view all of sessions, without private data."""
    user = User.objects.create_user("bob", is_staff=True)
    own = Permission.objects.filter(content_type__app_label="sessions_app", codename__startswith="view_")
    user.user_permissions.set(own)
    client = Client()
    client.force_login(user)
    return client
