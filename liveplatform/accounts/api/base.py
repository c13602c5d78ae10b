"""AdminView: what the views of keys and connections share."""

from liveplatform.accounts.scopes import ADMIN
from liveplatform.api.viewsets import PlatformView


class AdminView(PlatformView):
    """What only admin:live may do."""

    scopes = dict.fromkeys(("GET", "POST", "PATCH", "DELETE"), ADMIN)
    atomic = True
