"""URLs of agents, and of the documents of answered calls."""

from django.urls import path

from calls.api.agents.answers import answer
from calls.api.agents.viewset import AgentViewSet
from liveplatform.api.routers import PlatformRouter

router = PlatformRouter()
router.register("agents", AgentViewSet)

urlpatterns = [path("v1/agents/answers/<str:token>", answer), *router.urls]
