"""The filter language for calls, shared by lists, queries, exports, bulk operations and auto-end rules."""

from calls.filters.exceptions import InvalidFilter, NotIndexedYet
from calls.filters.filterset import CallFilter

__all__ = ["CallFilter", "InvalidFilter", "NotIndexedYet"]
