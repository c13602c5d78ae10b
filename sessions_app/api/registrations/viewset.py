"""Registrations over REST: who takes part, waits, and is asked to decide."""

from collections.abc import Iterable
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from liveplatform.accounts.scopes import READ, WRITE
from sessions_app.api.base import SessionsViewSet
from sessions_app.api.registrations import serializers as shapes
from sessions_app.api.registrations.requests import registrant_of_user
from sessions_app.lookup import get_session
from sessions_app.models import Registration
from sessions_app.registrations import approval, offers
from sessions_app.registrations.cancel import cancel_registration
from sessions_app.registrations.lookup import find_own, get_registration
from sessions_app.registrations.register import register
from sessions_app.registrations.waitlist import positions

WRITES = ("create", "destroy", "cancel", "accept", "decline", "leave", "approve", "deny")


class RegistrationViewSet(SessionsViewSet[Registration]):
    """`/v1/sessions/{id}/registrations`"""

    queryset = Registration.objects.all()
    account_field = "session__account_id"
    lookup_url_kwarg = "registration_id"
    serializer_class = shapes.PlacedSerializer
    list_serializer_class = shapes.RosterPageSerializer
    query_serializer = shapes.RegistrationQuery
    tags = ["Registrations"]
    scopes = dict.fromkeys(("list", "retrieve", "me"), READ) | dict.fromkeys(WRITES, WRITE)
    atomic_if_idempotent_actions = frozenset(WRITES)
    bodyless_actions = frozenset({"destroy", "cancel", "accept", "decline", "leave"})
    errors = dict.fromkeys(WRITES, (412,))

    @extend_schema(
        summary="The registrations of a session, newest first",
        description="For its hosts, API keys and the scope admin:live.",
    )
    def list(self, request: Request, session_id: UUID) -> Response:
        session = get_session(session_id, self.caller.account_id, self.caller.brand_id)
        self.caller.require_host_of(session)
        page = self.paginate_queryset(self.filter_queryset(session.registrations.all())) or []
        rows = _placed(session_id, page)
        return self.get_paginated_response([shapes.RosterSerializer.write(row) for row in rows])

    @extend_schema(
        summary="Register the caller; on the waitlist when the session is full",
        description="A repeat answers the same registration.",
        request=shapes.RegistrationRequest,
        responses={201: shapes.PlacedSerializer},
    )
    def create(self, request: Request, session_id: UUID) -> Response:
        data = self.read(shapes.RegistrationRequest)
        registrant = registrant_of_user(self.user_id, self.caller.email, data)
        return self._answer(register(session_id, registrant, self.caller), status=201)

    @extend_schema(summary="Get a registration: one's own, or anyone's for hosts")
    def retrieve(self, request: Request, session_id: UUID, registration_id: UUID) -> Response:
        return self._answer(get_registration(session_id, registration_id, self.caller))

    @extend_schema(
        summary="Cancel a registration: one's own, or anyone's for hosts",
        description="Its seat goes to whoever waits first. Safe to repeat.",
    )
    def destroy(self, request: Request, session_id: UUID, registration_id: UUID) -> Response:
        cancel_registration(session_id, registration_id, self.caller)
        return Response(status=204)

    @extend_schema(
        summary="Cancel a registration, and get it",
        description="As DELETE. Safe to repeat.",
        request=None,
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, session_id: UUID, registration_id: UUID) -> Response:
        return self._answer(cancel_registration(session_id, registration_id, self.caller))

    @extend_schema(summary="Accept an offered seat", description="Safe to repeat.", request=None)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, session_id: UUID, registration_id: UUID) -> Response:
        return self._answer(offers.accept(session_id, registration_id, self.caller))

    @extend_schema(
        summary="Decline an offered seat",
        description="It is offered to the next. Safe to repeat.",
        request=None,
    )
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, session_id: UUID, registration_id: UUID) -> Response:
        return self._answer(offers.decline(session_id, registration_id, self.caller))

    @extend_schema(summary="The caller's registration", description="404 if there is none, or no more.")
    @action(detail=False, methods=["get"])
    def me(self, request: Request, session_id: UUID) -> Response:
        return self._answer(self._own(session_id))

    @extend_schema(summary="Cancel the caller's registration")
    @me.mapping.delete
    def leave(self, request: Request, session_id: UUID) -> Response:
        cancel_registration(session_id, self._own(session_id).pk, self.caller)
        return Response(status=204)

    @extend_schema(
        summary="Approve registrations",
        description="Up to 30, all or none; each gets a seat, or waits, in the order in which they asked.",
        request=shapes.DecisionRequest,
        responses=shapes.DecisionSerializer,
    )
    @action(detail=False, methods=["post"])
    def approve(self, request: Request, session_id: UUID) -> Response:
        ids = self.read(shapes.DecisionRequest)["registration_ids"]
        return _decided(session_id, approval.approve(session_id, ids, self.caller))

    @extend_schema(
        summary="Deny registrations that wait for approval",
        description="Up to 30, all or none.",
        request=shapes.DecisionRequest,
        responses=shapes.DecisionSerializer,
    )
    @action(detail=False, methods=["post"])
    def deny(self, request: Request, session_id: UUID) -> Response:
        ids = self.read(shapes.DecisionRequest)["registration_ids"]
        return _decided(session_id, approval.deny(session_id, ids, self.caller))

    def _own(self, session_id: UUID) -> Registration:
        user_id, caller = self.user_id, self.caller
        return find_own(get_session(session_id, caller.account_id, caller.brand_id), user_id)

    @staticmethod
    def _answer(registration: Registration, status: int = 200) -> Response:
        (placed,) = _placed(registration.session_id, [registration])
        return Response(shapes.PlacedSerializer.write(placed), status=status)


def _placed(session_id: UUID, registrations: Iterable[Registration]) -> list[Registration]:
    """These registrations with `waitlist_position`."""
    rows = list(registrations)
    places = positions(session_id, rows)
    for row in rows:
        row.waitlist_position = places.get(row.pk)  # type: ignore[attr-defined]
    return rows


def _decided(session_id: UUID, registrations: Iterable[Registration]) -> Response:
    rows = [shapes.PlacedSerializer.write(row) for row in _placed(session_id, registrations)]
    return Response(shapes.DecisionSerializer.wrap(rows))
