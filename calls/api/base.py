"""Base of the call APIs: viewsets whose domain errors become HTTP errors, and pages of filtered calls."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from calls.api.exceptions import to_api_exception
from calls.api.state_only import state_of
from calls.filters import CallFilter
from calls.filters.ordering import NEWEST_FIRST, Order
from calls.filters.page_request import PageRequest
from calls.filters.planner import fetch_page
from calls.models import Call
from liveplatform.accounts.scopes import READ
from liveplatform.api.pagination import KeysetPagination, parse_page, slice_page
from liveplatform.api.viewsets import PlatformViewSet


class CallErrors(APIView):
    """Mix-in: errors of the calls app become HTTP errors."""

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(to_api_exception(exc))


class CallsViewSet(CallErrors, PlatformViewSet[Call]):
    """Calls of the account."""

    lookup_url_kwarg = "call_id"

    @property
    def requester(self) -> dict[str, Any]:
        """The arguments that name the requester to the verbs of calls.lifecycle."""
        return {"account_id": self.principal.account_id, "actor": self.principal.label}

    @property
    def may_read(self) -> bool:
        """Whether the principal may see more than what it writes."""
        return READ in self.principal.scopes

    def shown(self, call: Call, *also: str) -> Call:
        """The call as the answer to a write shows it: to a key that may not read, only its state."""
        return call if self.may_read else state_of(call, *also)

    def call_filter(self) -> CallFilter:
        """Which calls the list holds; parsed from the query string. Raises InvalidFilter."""
        raise NotImplementedError

    def call_order(self) -> Order:
        """The order of the list: of creation, the newest first by default."""
        return NEWEST_FIRST


class CallPagination(KeysetPagination):
    """Keyset pages of the calls that the viewset's `call_filter` selects, read over the best index."""

    def paginate_queryset(self, queryset: object, request: Request, view: Any = None) -> list[Call]:  # type: ignore[override] # noqa: ANN401
        self.envelope = view.list_serializer_class
        limit, after = parse_page(request)
        filters, order = view.call_filter(), view.call_order()
        page_request = PageRequest(view.principal.account_id, filters, order, limit=limit + 1, after=after)
        page, self.cursor = slice_page(fetch_page(page_request), limit)
        return page


class CallListMixin(CallsViewSet):
    """`list` of calls. CallPagination reads the page for the account; it needs no queryset of the view."""

    pagination_class = CallPagination

    def list(self, request: Request) -> Response:
        page = CallPagination()
        rows = page.paginate_queryset(Call.objects, request, self)
        return page.get_paginated_response([self.serializer_class.write(call) for call in rows])
