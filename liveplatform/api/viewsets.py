"""PlatformViewSet: the base of every resource."""

from typing import Any, ClassVar, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.viewsets import GenericViewSet

from liveplatform.api.pagination import KeysetPagination
from liveplatform.api.serializers import EnvelopeSerializer, PageQuery, PlainSerializer
from liveplatform.api.surfaces import Surface
from liveplatform.api.views import PlatformView

M = TypeVar("M", bound=Model)
Other = TypeVar("Other", bound=Model)


class PlatformViewSet(PlatformView, GenericViewSet[M]):
    """A resource of the account. Tenancy is in `get_queryset`, the 404 in `get_object` and `lock_object`.

    `serializer_class` writes one row, `list_serializer_class` the answer of `list`. DRF's ListModelMixin and
    RetrieveModelMixin bring these two actions.
    """

    serializer_class: type[PlainSerializer]
    list_serializer_class: ClassVar[type[EnvelopeSerializer]]
    pagination_class: type[BasePagination] | None = KeysetPagination
    lookup_value_converter = "id"
    # `lock_object` takes FOR NO KEY UPDATE, which lets others insert rows that refer to the locked one.
    locks_no_key: ClassVar[bool] = False
    # The query string of `list`, validated and in the schema; it filters by the `source` of each field.
    query_serializer: ClassVar[type[PageQuery] | None] = None
    account_field: ClassVar[str] = "account_id"  # the path from a row to the id of its account
    # The message of the 404, in which the URL's parameters may stand; by default it names the model.
    not_found: ClassVar[str] = ""

    tags: ClassVar[list[str]] = []  # of the operations in the schema

    @classmethod
    def as_view(cls, actions: Any = None, **initkwargs: Any) -> Any:  # noqa: ANN401 - as DRF's
        """Like DRF's, but only the schema generator gets the `schema` of an `@action`.

        It is a descriptor that keeps the latest view it was set on, with its request and response, alive.
        """
        view = super().as_view(actions, **{k: v for k, v in initkwargs.items() if k != "schema"})
        view.initkwargs = initkwargs  # type: ignore[attr-defined] # what the generator reads
        return view

    def get_queryset(self) -> QuerySet[M]:
        """The rows of the account: the one place that binds every action to it."""
        return super().get_queryset().filter(**{self.account_field: self.principal.account_id})

    def filter_queryset(self, queryset: QuerySet[M, Any]) -> QuerySet[M, Any]:
        """The rows that the query string selects. Raises ValidationError."""
        if self.query_serializer is None:
            return queryset
        query = self.read_query(self.query_serializer)
        return queryset.filter(**{path: query[path] for path in query.keys() - PageQuery.NAMES})

    def account_rows(self, model: type[Other]) -> QuerySet[Other]:
        """The account's rows of another model."""
        return model._default_manager.filter(account_id=self.principal.account_id)

    def get_object(self) -> M:
        """The account's row that the URL names. Raises NotFound."""
        return self._one_of(self.get_queryset())

    def lock_object(self) -> M:
        """The same, locked to the end of the transaction."""
        return self._one_of(self.get_queryset().select_for_update(of=("self",), no_key=self.locks_no_key))

    def read(self, serializer: type[Serializer[Any]], *, partial: bool = False) -> dict[str, Any]:
        """The validated body. Raises ValidationError."""
        return _validated(serializer(data=self.request.data, partial=partial))

    def read_query(self, serializer: type[Serializer[Any]]) -> dict[str, Any]:
        """The validated query parameters. Raises ValidationError."""
        return _validated(serializer(data=self.request.query_params.dict()))

    def accepted_query_names(self) -> frozenset[str] | None:
        if self.action_name != "list" or self.action_name in self.query_names:
            return super().accepted_query_names()
        if self.query_serializer is not None:
            return frozenset(self.query_serializer().fields)
        is_paged = issubclass(self.pagination_class or object, KeysetPagination)
        return PageQuery.NAMES if is_paged else frozenset()

    @property
    def action_name(self) -> str:
        return self.action or ""

    @property
    def current_surface(self) -> Surface:
        served: dict[str, str] = self.action_map or {}
        method = (self.request.method or "").lower()
        if self.fallback_surfaces and (method not in served or method == "head"):
            fallbacks = self.fallback_surfaces
            return next((fallbacks[a] for a in served.values() if a in fallbacks), self.surface)
        return super().current_surface

    def _one_of(self, rows: QuerySet[M]) -> M:
        name = self.lookup_url_kwarg or self.lookup_field
        row = rows.filter(**{self.lookup_field: self.kwargs[name]}).first()
        if row is None:
            kind = rows.model._meta.verbose_name
            message = self.not_found or f"There is no such {kind} in this account."
            raise NotFound(message.format(**self.kwargs))
        return row


class DestroyMixin(PlatformViewSet[M]):
    """`destroy`, which must be atomic: of two at once the second waits for the first, and answers 404."""

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 - the URL's
        self.lock_object().delete()
        return Response(status=204)


def _validated(serializer: Serializer[Any]) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
