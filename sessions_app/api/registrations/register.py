"""`POST /v1/sessions/{id}/register`: the vendor's other way to register, without a waitlist."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from liveplatform.accounts.scopes import WRITE
from sessions_app.api.base import SessionsViewSet
from sessions_app.api.registrations import serializers as shapes
from sessions_app.api.registrations.requests import registrant_of_other, registrant_of_user
from sessions_app.models import Registration
from sessions_app.registrations.register import register
from sessions_app.registrations.registrant import Registrant


class RegisterViewSet(SessionsViewSet[Registration]):
    """`/v1/sessions/{id}/register`"""

    queryset = Registration.objects.all()
    account_field = "session__account_id"
    serializer_class = shapes.RegisterSerializer
    tags = ["Registrations"]
    scopes = {"create": WRITE}
    atomic_if_idempotent_actions = frozenset({"create"})
    errors = {"create": (409, 412)}

    @extend_schema(
        summary="Register a patient or a guest; without either, the caller",
        description="409 for a person who is registered, 412 when the session is full. Others than the "
        "caller are registered by hosts, API keys and the scope admin:live.",
        request=shapes.RegisterRequest,
        responses={201: shapes.RegisterSerializer},
    )
    def create(self, request: Request, session_id: UUID) -> Response:
        data = self.read(shapes.RegisterRequest)
        registration = register(session_id, self._registrant(data), self.caller, is_strict=True)
        return Response(shapes.RegisterSerializer.write(registration), status=201)

    def _registrant(self, data: dict[str, Any]) -> Registrant:
        """A user who names their own id registers themselves."""
        named = data.get("patient_id") or data.get("guest_email")
        if named and named != self.caller.user_id:
            return registrant_of_other(data)
        return registrant_of_user(self.user_id, self.caller.email, data)
