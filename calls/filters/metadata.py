"""Filters by names in the metadata: `metadata.order=42`, for the names that the account declares."""

import re
from dataclasses import replace
from uuid import UUID

from calls.filters.exceptions import InvalidFilter, NotIndexedYet
from calls.filters.fields import TEXTUAL, Column, IndexKind, Operator
from calls.filters.values import text
from liveplatform.accounts.models import Account

PREFIX = "metadata."
NAME = re.compile(r"metadata\.[A-Za-z0-9_-]{1,64}", re.ASCII)
OPERATORS = tuple(operator for operator in TEXTUAL if operator != Operator.CONTAINS)


def metadata_column(name: str) -> Column | None:
    """The column `metadata.NAME`, whose field is not known yet; None for any other name."""
    return Column(name, "", text, OPERATORS, blank=True) if NAME.fullmatch(name) else None


def resolve(column: Column, account_id: UUID) -> Column:
    """The column with the field of the account's place for it. Raises InvalidFilter."""
    account = Account.objects.only("metadata_keys", "metadata_pending").get(pk=account_id)
    key = column.name.removeprefix(PREFIX)
    if key not in account.metadata_keys:
        declared = ", ".join(filter(None, account.metadata_keys)) or "none"
        hint = 'declare it: PATCH /v1/account {"metadata_keys": […]}'
        raise InvalidFilter(column.name, f"Calls are not indexed by {key} (only by: {declared}); {hint}.")
    if key in account.metadata_pending:
        raise NotIndexedYet(column.name, f"The calls are being indexed by {key}; try again in a minute.")
    field = f"metadata_{account.metadata_keys.index(key) + 1}"
    return replace(column, field=field, index=IndexKind.BY_VALUE, bytewise=True)
