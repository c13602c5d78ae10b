"""The endpoint at which providers deliver their events."""

from uuid import UUID

import structlog
from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from calls.provider_events.ingest import ingest
from liveplatform.accounts.models import Connection
from liveplatform.api.exceptions import TooLarge
from liveplatform.api.parsers import MAX_BODY
from liveplatform.api.serializers import PlainSerializer
from liveplatform.api.views import PlatformView
from providers.errors import BadSignature, NotConfigured, NotSupported, Rejected, StaleEvent

log = structlog.get_logger(__name__)


class InvalidSignature(exceptions.PermissionDenied):
    """403: the signature is missing or wrong."""

    default_code = "bad_signature"


class OldCapture(exceptions.PermissionDenied):
    """403: signed, but too old to be delivered for the first time."""

    default_code = "stale_event"


class ConnectionNotConfigured(exceptions.APIException):
    """503: the connection lacks the secret that verifies its provider's events."""

    status_code = 503
    default_code = "connection_not_configured"


class ReceivedSerializer(PlainSerializer):
    """The event is stored, now or by an earlier request."""

    received = serializers.BooleanField()
    duplicate = serializers.BooleanField()


class ProviderEventsView(PlatformView):
    """`/v1/providers/{id}/events`: authenticated by the signature of the connection's provider."""

    authentication_classes = []
    permission_classes = []
    lenient_actions = unthrottled_actions = frozenset({"post"})
    errors = {"post": (503,)}
    idempotent = False

    @extend_schema(
        operation_id="provider_events_receive",
        tags=["Provider events"],
        summary="Receive events from a connection's provider",
        description="Signed by the provider for the URL under PUBLIC_URL. The event is stored, then applied.",
        auth=[],
        request={
            "application/json": OpenApiTypes.OBJECT,
            "application/x-www-form-urlencoded": OpenApiTypes.OBJECT,
        },
        responses={200: ReceivedSerializer},
    )
    def post(self, request: Request, connection_id: UUID) -> Response:
        connection = Connection.objects.filter(pk=connection_id).first()
        if connection is None:
            raise exceptions.NotFound("There is no such connection.")
        structlog.contextvars.bind_contextvars(account=connection.account_id.hex)
        try:
            stored = ingest(connection, _signed_url(request), request.headers, _read_body(request))
        except BadSignature as error:
            log.warning("provider_event_rejected", connection=str(connection_id), why=str(error))
            raise InvalidSignature(f"{error} It was checked for {_signed_url(request)}") from error
        except StaleEvent as error:
            log.warning("provider_event_rejected", connection=str(connection_id), why=str(error))
            raise OldCapture(str(error)) from error
        except Rejected as error:
            raise exceptions.ParseError(str(error), "invalid_event") from error
        except NotSupported as error:
            raise exceptions.NotFound(str(error)) from error
        except NotConfigured as error:
            raise ConnectionNotConfigured(str(error)) from error
        return Response(ReceivedSerializer.write_fields(received=True, duplicate=stored is None))


def _signed_url(request: Request) -> str:
    """The public address, which the provider signed, whatever proxies in between made of it."""
    query = request.META.get("QUERY_STRING", "")
    return f"{settings.PUBLIC_URL}{request.path_info}{'?' if query else ''}{query}"


def _read_body(request: Request) -> bytes:
    body = request._request.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise TooLarge
    return bytes(body)
