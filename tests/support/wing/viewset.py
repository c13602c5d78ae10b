"""One resource, which has a table already: the account's API keys."""

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin

from liveplatform.accounts.models import ApiKey
from liveplatform.api.serializers import EnvelopeSerializer, PlainSerializer
from liveplatform.api.viewsets import PlatformViewSet
from tests.support.wing.surface import WING


class BadgeSerializer(PlainSerializer):
    """An API key under another name."""

    id = serializers.UUIDField()
    label = serializers.CharField(source="name", allow_null=True)


class BadgeListSerializer(EnvelopeSerializer):
    """A page of badges."""

    badges = BadgeSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


@extend_schema_view(
    list=extend_schema(summary="The account's badges"), retrieve=extend_schema(summary="One badge")
)
class BadgeViewSet(ListModelMixin, RetrieveModelMixin, PlatformViewSet[ApiKey]):
    """`/wing/badges`"""

    queryset = ApiKey.objects.all()
    serializer_class = BadgeSerializer
    list_serializer_class = BadgeListSerializer
    lookup_url_kwarg = "key_id"
    surface = WING
    tags = ["Wing"]
    scopes = {"list": "read:live", "retrieve": "read:live"}
    errors = {"retrieve": (410,)}
