"""Validators of an agent's fields, for the API and the admin."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from calls.agents.twiml import NOT_XML, complaint
from liveplatform.egress.url_policy import DestinationForbidden, check_url, refresh_denylist

# How an agent answers; exactly one is set.
ANSWERS = ("answer_url", "twiml", "websocket_url")
ONE_ANSWER = "Give exactly one of answer_url, twiml and websocket_url."

MAX_TWIML = 20_000
MAX_VARIABLES = 50  # of an agent's parameters, and of a call's variables
MAX_NAME, MAX_VALUE = 100, 2000


def validate_answer_url(url: str) -> None:
    """Raises ValidationError unless it is a public https URL. http: where webhooks may go to it."""
    refresh_denylist()
    try:
        check_url(url)
    except DestinationForbidden as error:
        raise ValidationError(str(error), code="forbidden_url") from error


def validate_websocket_url(url: str) -> None:
    """Raises ValidationError unless it is a public wss URL. ws: where webhooks may go to http."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.lower() not in ("ws", "wss"):
        raise ValidationError("The URL must begin with wss://.", code="forbidden_url")
    refresh_denylist()
    try:
        check_url(f"{'https' if scheme.lower() == 'wss' else 'http'}://{rest}")
    except DestinationForbidden as error:
        text = str(error).replace("https://", "wss://")
        raise ValidationError(text, code="forbidden_url") from error


def validate_twiml(document: str) -> None:
    """Raises ValidationError unless it is a document that Twilio would read."""
    if wrong := complaint(document):
        raise ValidationError(wrong, code="invalid_twiml")


def validate_parameters(parameters: object) -> None:
    """Raises ValidationError unless it is an object of names without spaces and texts."""
    if not isinstance(parameters, dict):
        raise ValidationError('Give an object of texts, for example {"language": "en"}.')
    if wrong := variables_complaint(parameters):
        raise ValidationError(wrong, code="invalid_variables")


def variables_complaint(variables: Mapping[str, Any]) -> str:
    """What is wrong with these names and values; "" if nothing is. Quotes no value: one may be private."""
    if len(variables) > MAX_VARIABLES:
        return f"Give at most {MAX_VARIABLES} variables."
    for name, value in variables.items():
        if not name or len(name) > MAX_NAME or any(each.isspace() or each in "{}" for each in name):
            return f"A variable's name has 1 to {MAX_NAME} characters, and no spaces or braces."
        if not isinstance(value, str):
            return f"The value of {name} must be text."
        if len(value) > MAX_VALUE:
            return f"The value of {name} is longer than {MAX_VALUE} characters."
        if NOT_XML.search(name) or NOT_XML.search(value):
            return f"{NOT_XML.sub('?', name)}: leave out control characters and characters that are none."
    return ""
