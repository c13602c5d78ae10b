"""PlatformRouter: prefixes, ids in paths, no trailing slash."""

import pytest
from django.urls import Resolver404
from django.urls.resolvers import RegexPattern, URLResolver
from rest_framework.decorators import action

from liveplatform.accounts.models import ApiKey
from liveplatform.api.routers import PlatformRouter
from liveplatform.api.viewsets import PlatformViewSet

ID = "0d9a3f0e-0000-4000-8000-000000000000"


class ThingViewSet(PlatformViewSet[ApiKey]):
    lookup_url_kwarg = "thing_id"

    def retrieve(self, request, thing_id): ...

    @action(detail=False)
    def query(self, request): ...

    @action(detail=True, methods=["post"], url_path="switch-off")
    def switch_off(self, request, thing_id): ...


router = PlatformRouter(("", "v1/"))
router.register("things", ThingViewSet)
router.register("boxes/<id:box_id>/things", ThingViewSet)
ROOT = URLResolver(RegexPattern(r"^/"), router.urls)

SERVED = {
    f"/things/{ID}": ({"get": "retrieve"}, {"thing_id"}),
    f"/v1/things/{ID}": ({"get": "retrieve"}, {"thing_id"}),
    "/v1/things/query": ({"get": "query"}, set()),
    f"/things/{ID}/switch-off": ({"post": "switch_off"}, {"thing_id"}),
    f"/boxes/{ID}/things/{ID.replace('-', '')}": ({"get": "retrieve"}, {"box_id", "thing_id"}),
}


@pytest.mark.parametrize("address", SERVED)
def test_resources_are_served_under_every_prefix(address):
    found = ROOT.resolve(address)
    actions, names = SERVED[address]
    assert actions.items() <= found.func.actions.items()
    assert set(found.kwargs) == names


@pytest.mark.parametrize("address", ["/things", f"/things/{ID}/", "/things/7", "/v2/things/query"])
def test_other_addresses_are_not_served(address):
    with pytest.raises(Resolver404):
        ROOT.resolve(address)
