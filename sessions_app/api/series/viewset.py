"""Session series over REST."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from liveplatform.accounts.scopes import READ, WRITE
from liveplatform.api.pagination import keyset_page, page_parameters
from liveplatform.api.serializers import PageQuery
from sessions_app.api.base import SessionsViewSet
from sessions_app.api.series import serializers as shapes
from sessions_app.models import Series, SeriesRegistration, Session
from sessions_app.registrations.lookup import with_is_registered
from sessions_app.registrations.registrant import Registrant
from sessions_app.representation import SessionSerializer
from sessions_app.series.create import create_series
from sessions_app.series.edit import cancel_series, edit_all, edit_following, edit_this
from sessions_app.series.lookup import get_series, series_of
from sessions_app.series.registrations import (
    cancel_series_registration,
    register_for_series,
    registrations_seen_by,
)


@extend_schema_view(
    list=extend_schema(summary="List session series, newest first"),
    retrieve=extend_schema(summary="Get a session series"),
)
class SeriesViewSet(ListModelMixin, RetrieveModelMixin, SessionsViewSet[Series]):
    """`/v1/session-series`"""

    queryset = Series.objects.all()
    serializer_class = shapes.SeriesSerializer
    list_serializer_class = shapes.SeriesListSerializer
    query_serializer = shapes.SeriesListQuery
    query_names = {"occurrences": PageQuery.NAMES}
    lookup_url_kwarg = "series_id"
    tags = ["Session series"]
    scopes = dict.fromkeys(("list", "retrieve", "occurrences"), READ) | dict.fromkeys(
        ("create", "partial_update", "cancel"), WRITE
    )
    atomic_actions = frozenset({"create", "partial_update", "cancel"})
    errors = {"partial_update": (412,), "cancel": (412,)}

    def get_queryset(self) -> QuerySet[Series]:
        return series_of(self.caller.account_id, self.caller.brand_id)

    @extend_schema(
        summary="Begin a series of sessions",
        description="Its sessions are made 90 days ahead, and further ones as time goes on. Their time on "
        "the wall stays over daylight saving.",
        request=shapes.SeriesRequest,
        responses={201: shapes.SeriesSerializer},
    )
    def create(self, request: Request) -> Response:
        series = create_series(self.caller, self.read(shapes.SeriesRequest))
        return Response(shapes.SeriesSerializer.write(series), status=201)

    @extend_schema(
        summary="Change one session, one and those after it, or all to come",
        description="`following` answers with another series, which begins with the session. Sessions that "
        "were changed alone are left alone, and those that have begun. See docs/sessions.md, Series.",
        request=shapes.SeriesChange,
    )
    def partial_update(self, request: Request, series_id: UUID) -> Response:
        changes = self.read(shapes.SeriesChange)
        scope, occurrence_id = changes.pop("scope"), changes.pop("occurrence_id", None)
        if scope == "all":
            series = edit_all(series_id, self.caller, changes)
        elif scope == "following":
            series = edit_following(series_id, occurrence_id, self.caller, changes)
        else:
            series = edit_this(series_id, occurrence_id, self.caller, changes)
        return Response(shapes.SeriesSerializer.write(series))

    @extend_schema(
        summary="Cancel the sessions to come, or those from one on",
        description="Everybody registered is told; no more sessions are made. Safe to repeat.",
        request=shapes.SeriesCancelRequest,
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, series_id: UUID) -> Response:
        data = self.read(shapes.SeriesCancelRequest)
        series = cancel_series(series_id, self.caller, data["reason"], data.get("occurrence_id"))
        return Response(shapes.SeriesSerializer.write(series))

    @extend_schema(
        summary="List the sessions of a series, the earliest first",
        parameters=page_parameters(),
        responses=shapes.OccurrencesSerializer,
    )
    @action(detail=True, methods=["get"])
    def occurrences(self, request: Request, series_id: UUID) -> Response:
        get_series(series_id, self.caller)
        rows = with_is_registered(Session.objects.filter(series_id=series_id), self.caller.user_id)
        page, cursor = keyset_page(rows, request, "scheduled_at", ascending=True)
        written = [SessionSerializer.write(session) for session in page]
        return Response(shapes.OccurrencesSerializer.wrap(written, next_cursor=cursor))


@extend_schema_view(
    list=extend_schema(
        summary="List who is registered for the whole series",
        description="Hosts, keys and the scope admin:live see everybody; a user their own.",
    )
)
class SeriesRegistrationViewSet(ListModelMixin, SessionsViewSet[SeriesRegistration]):
    """`/v1/session-series/{id}/registrations`"""

    queryset = SeriesRegistration.objects.all()
    account_field = "series__account_id"
    serializer_class = shapes.SeriesRegistrationSerializer
    list_serializer_class = shapes.SeriesRosterSerializer
    lookup_url_kwarg = "registration_id"
    tags = ["Session series"]
    scopes = {"list": READ, "create": WRITE, "destroy": WRITE}
    atomic_actions = frozenset({"create", "destroy"})
    errors = {"create": (412,)}

    def get_queryset(self) -> QuerySet[SeriesRegistration]:
        return registrations_seen_by(self.caller, self.kwargs["series_id"])

    @extend_schema(
        summary="Register for every session of a series",
        description="The calling user, or the guest of `guest_email`. Also for sessions that are made later. "
        "Where a session is full, the person waits. A repeat answers the same.",
        request=shapes.SeriesRegistrationRequest,
        responses={201: shapes.SeriesRegistrationSerializer},
    )
    def create(self, request: Request, series_id: UUID) -> Response:
        registrant = self._registrant()
        get_series(series_id, self.caller)
        person = register_for_series(series_id, registrant, self.caller)
        return Response(shapes.SeriesRegistrationSerializer.write(person), status=201)

    @extend_schema(
        summary="Cancel a registration for a whole series",
        description="And with it the person's registrations in the sessions to come. Safe to repeat.",
        responses={204: None},
    )
    def destroy(self, request: Request, series_id: UUID, registration_id: UUID) -> Response:
        cancel_series_registration(series_id, registration_id, self.caller)
        return Response(status=204)

    def _registrant(self) -> Registrant:
        data = self.read(shapes.SeriesRegistrationRequest)
        about = {name: data[name] for name in ("name", "timezone", "answers") if name in data}
        if guest := data.get("guest_email"):
            return Registrant(email=guest, is_guest=True, **about)
        return Registrant(user_id=self.user_id, email=data.get("email", self.caller.email), **about)
