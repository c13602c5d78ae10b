"""The entry point of the web process: Django behind a front that no slow client can hold up (web/)."""

# The first import sets Django up, which the others need.
# isort: off
from liveplatform.wsgi import application as django_application
from liveplatform.web.application import WebApplication
from liveplatform.web.sockets import allow_many_connections, close_stalled_connections

allow_many_connections()
close_stalled_connections()
application = WebApplication(django_application)
