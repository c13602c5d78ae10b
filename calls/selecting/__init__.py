"""Which calls: the one filter language of lists, queries, exports, bulk ends and saved rules."""

from calls.selecting.errors import BadSelection
from calls.selecting.selection import Selection

__all__ = ["BadSelection", "Selection"]
