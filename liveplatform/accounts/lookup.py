"""Find an account by its id, auth_id or name, for management commands."""

import re
from uuid import UUID

from django.core.management.base import CommandError
from django.db.models import Q

from liveplatform.accounts.models import Account


def find_account(text: str) -> Account:
    """The account with this id, auth_id or name. Raises CommandError if there is none or more than one."""
    found = Account.objects.filter(Q(auth_id=text) | Q(name__iexact=text))
    if re.fullmatch(r"[0-9a-fA-F]{32}|[0-9a-fA-F-]{36}", text):
        found = Account.objects.filter(pk=UUID(text))
    accounts = list(found[:2])
    if len(accounts) != 1:
        raise CommandError(f"{'More than one' if accounts else 'No'} account is known as {text!r}.")
    return accounts[0]
