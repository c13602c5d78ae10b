"""Which calls: the one filter language of lists, queries, exports, bulk ends and saved rules."""

from calls.filters.exceptions import InvalidFilter
from calls.filters.filterset import CallFilter

__all__ = ["InvalidFilter", "CallFilter"]
