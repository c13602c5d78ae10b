"""Twilio's official Python package, with another host."""

from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from tests.support.sandbox import SECRET


class Rerouted(TwilioHttpClient):
    """The official client, with another host: only the base URL differs."""

    def __init__(self, base_url):
        super().__init__()
        self.base_url = base_url

    def request(self, method, url, *args, **kwargs):
        return super().request(method, url.replace("https://api.twilio.com", self.base_url), *args, **kwargs)


def official(base_url, sid, token=SECRET):
    return Client(sid, token, http_client=Rerouted(base_url))
