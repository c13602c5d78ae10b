"""Callbacks of Twilio's, signed by its official package, and its published vectors."""

from urllib.parse import urlencode

from django.http import QueryDict
from twilio.request_validator import RequestValidator

from providers.twilio.events import parse

TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM = "application/x-www-form-urlencoded"
# The parameters and signatures of the official packages' own tests.
PARAMS = {
    "CallSid": "CA1234567890ABCDE",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
    "Caller": "+14158675309",
}
VECTOR, WITH_PORT = "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "kvajT1Ptam85bY51eRf/AJRuM3w="


def as_django_reads_it(pairs):
    """What customers hand to the validator: the form as Django read it."""
    return QueryDict(urlencode(pairs))


def event(params=PARAMS, url=URL, given="", token=TOKEN, **headers):
    pairs = list(params.items()) if isinstance(params, dict) else params
    signed = given or RequestValidator(token).compute_signature(url, as_django_reads_it(pairs))
    return parse(
        TOKEN, url, {"X-Twilio-Signature": signed, "Content-Type": FORM} | headers, urlencode(pairs).encode()
    )
