"""The view and its WSGI application."""

import os

from django.core.wsgi import get_wsgi_application
from django.db import transaction
from django.urls import path
from django.utils import timezone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.minimal.settings")
application = get_wsgi_application()

from rest_framework import serializers  # noqa: E402 - these want Django set up
from rest_framework.generics import ListAPIView  # noqa: E402
from rest_framework.pagination import CursorPagination  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

from benchmarks.minimal.models import ListedCall, MinimalCall, MinimalStep  # noqa: E402


class MinimalCallSerializer(serializers.ModelSerializer):
    class Meta:
        model = MinimalCall
        fields = ["id", "status", "reason", "ended_at", "created_at"]


class EndRequest(serializers.Serializer):
    call_id = serializers.UUIDField()
    disconnect_reason = serializers.CharField(required=False)


class EndView(APIView):
    def post(self, request):
        body = EndRequest(data=request.data)
        body.is_valid(raise_exception=True)
        with transaction.atomic():
            call = MinimalCall.objects.select_for_update().get(pk=body.validated_data["call_id"])
            call.status, call.ended_at = "ended", timezone.now()
            call.reason = body.validated_data.get("disconnect_reason", "Ended Via API call")
            call.save()
            kinds = ("terminate", "clean_up", "analyse", "notify", "more")
            MinimalStep.objects.bulk_create([MinimalStep(call=call, kind=kind) for kind in kinds])
        return Response(MinimalCallSerializer(call).data)


class ListedSerializer(serializers.ModelSerializer):
    class Meta:
        model = ListedCall
        fields = "__all__"


class Pages(CursorPagination):
    page_size = 50
    ordering = ("-created_at", "-id")


class ListView(ListAPIView):
    serializer_class = ListedSerializer
    pagination_class = Pages

    def get_queryset(self):
        return ListedCall.objects.filter(account_id=self.request.query_params["account"], channel="video")


urlpatterns = [path("calls/end", EndView.as_view()), path("calls", ListView.as_view())]
