"""Acts on many rows: a page asks first, and exactly the rows that it counted are acted on."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet

from liveplatform.admin.changelist import CappedPaginator
from liveplatform.admin.models import StaffOperation
from liveplatform.admin.operations import CHUNK_SIZE, start

MAX_ROWS = CappedPaginator.CAP  # of one act: as many as the list counts
MAX_SECRETS = 20  # secrets shown on one page

# (ids, actor) -> how many of the rows it changed
Apply = Callable[[Sequence[UUID], str], int]
# (ids, actor) -> the names of the rows that got a new secret, and the secrets
Reveal = Callable[[Sequence[UUID], str], list[tuple[str, str]]]
# (account, ids, actor) -> the operation that it began
Start = Callable[[UUID, Sequence[UUID], str], Model]


@dataclass(frozen=True)
class BulkAction:
    """An act of a list.

    permission   one of liveplatform.admin.permissions, or Django's of the model
    consequence  a sentence for the page that asks
    kind         the field by whose values the page counts the rows
    apply        does it to a chunk of rows, in one transaction
    reveal       instead of `apply`: makes new secrets, which the answer shows
    start        instead of `apply`: begins an operation of the app's own
    weigh        how many rows it touches in all, if those are not the chosen ones
    """

    name: str
    label: str
    permission: str
    consequence: str
    kind: str = ""
    apply: Apply | None = None
    reveal: Reveal | None = None
    start: Start | None = None
    weigh: Callable[[Sequence[UUID]], int] | None = None

    @property
    def max_rows(self) -> int:
        return MAX_SECRETS if self.reveal else MAX_ROWS

    def begin(self, model: type[Model], account_id: UUID | None, ids: Sequence[UUID], actor: str) -> Model:
        """Begin an operation on these rows of one account; a small one is finished at once."""
        if self.start and account_id:
            return self.start(account_id, ids, actor)
        touched = max(len(ids), self.weigh(ids) if self.weigh else 0)
        is_small = self.apply is not None and touched <= CHUNK_SIZE
        changed = self.apply(ids, actor) if self.apply and is_small else None
        return start(model, self.name, account_id, ids, actor, changed=changed)


@dataclass(frozen=True)
class ChosenRow:
    """A row of the frozen set: its account, its kind, and the call that it is about."""

    pk: UUID
    account_id: UUID | None
    kind: str
    subject: UUID | None


@dataclass(frozen=True)
class ChosenRows:
    """The frozen set."""

    rows: Sequence[ChosenRow]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def ids(self) -> list[UUID]:
        return [row.pk for row in self.rows]

    @property
    def subjects(self) -> list[UUID]:
        return [*self.ids, *(row.subject for row in self.rows if row.subject)]

    def of_account(self, account_id: UUID | None) -> "ChosenRows":
        return ChosenRows([row for row in self.rows if row.account_id == account_id])

    @property
    def by_account(self) -> Counter[UUID | None]:
        return Counter(row.account_id for row in self.rows)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Counts by kind and by account, for people."""
        kinds = Counter(row.kind for row in self.rows if row.kind)
        names = account_names([pk for pk in self.by_account if pk])
        accounts = {names.get(pk, "none") if pk else "none": n for pk, n in self.by_account.items()}
        return [("Kinds", _counts(kinds)), ("Accounts", _counts(accounts))]


def choose(queryset: QuerySet[Any], account_path: str | None, kind: str, subject: str) -> ChosenRows:
    """The first MAX_ROWS rows in the order of the list; "" and None stand for what the rows do not have."""
    account = account_column(account_path)
    names = list(dict.fromkeys(name for name in ("pk", account, kind, subject) if name))
    found = queryset.values(*names)[:MAX_ROWS]
    return ChosenRows(
        [
            ChosenRow(
                row["pk"],
                row[account] if account else None,
                _kind_text(kind, row[kind]) if kind else "",
                row[subject] if subject else None,
            )
            for row in found
        ]
    )


def _kind_text(field: str, value: Any) -> str:  # noqa: ANN401 - of any column
    """The kind in words: "enabled" and "not enabled" of `is_enabled`, the names of a list."""
    if isinstance(value, bool):
        return ("" if value else "not ") + field.removeprefix("is_")
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def parse_ids(text: str) -> list[UUID]:
    """The ids that the page sent back; raises ValidationError."""
    try:
        ids = [UUID(part) for part in text.split(",") if part]
    except ValueError as error:
        raise ValidationError("These are not ids of rows.") from error
    return list(dict.fromkeys(ids))[:MAX_ROWS]


def account_column(account_path: str | None) -> str:
    """The look-up of the account's id: "call__account_id" for the path "call__account"."""
    if not account_path:
        return ""
    return account_path if account_path == "pk" else f"{account_path}_id"


def account_names(ids: Sequence[UUID]) -> dict[UUID, str]:
    """Names of accounts by their ids."""
    accounts: Any = StaffOperation._meta.get_field("account").related_model
    return dict(accounts.objects.filter(pk__in=ids).values_list("pk", "name"))


def bulk_action(model: type[Model], name: str) -> BulkAction:
    """The act of this name of a model's admin page; KeyError if there is none."""
    actions: Sequence[BulkAction] = getattr(admin.site.get_model_admin(model), "bulk_actions", ())
    return {action.name: action for action in actions}[name]


def _counts(counted: Any) -> str:  # noqa: ANN401 - a Counter or a dict of counts
    shown = sorted(counted.items(), key=lambda item: -item[1])
    more = f", and {len(shown) - 20} more" if len(shown) > 20 else ""
    return ", ".join(f"{name}: {n:,}" for name, n in shown[:20]) + more
