"""Twilio's callback signature: X-Twilio-Signature, HMAC-SHA1 over the URL and the form.

Source: twilio.com/docs/usage/webhooks/webhooks-security. The tests compare it with the official validator.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import parse_qs, parse_qsl, urlsplit

from providers.errors import BadSignature
from providers.events import json_body, signatures_equal

FORM_CONTENT_TYPE = "application/x-www-form-urlencoded"
MAX_FORM_FIELDS = 500

FormFields = Sequence[tuple[str, str]]


def signature(token: str, url: str, fields: FormFields) -> str:
    """HMAC-SHA1 over the URL and each name with its values, sorted, duplicates once; base64."""
    text = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def verified_fields(token: str, url: str, headers: Mapping[str, str], body: bytes) -> FormFields:
    """The signed fields of a request (header names in lower case); raises BadSignature.

    A body that is not a form is signed by its SHA-256, which stands in the URL as bodySHA256.
    """
    given = headers.get("x-twilio-signature", "")
    body_hash = parse_qs(urlsplit(url).query).get("bodySHA256")
    content_type = headers.get("content-type", FORM_CONTENT_TYPE).partition(";")[0].strip().lower()
    by_hash = bool(body_hash) and content_type != FORM_CONTENT_TYPE
    fields = [] if by_hash else _parse_form(body)
    if body_hash and by_hash and not signatures_equal(hashlib.sha256(body).hexdigest(), body_hash[0]):
        raise BadSignature("The body is not the one that the address tells of.")
    # A list, so that all variants are compared and the time taken reveals nothing.
    if not any([signatures_equal(signature(token, each, fields), given) for each in _url_variants(url)]):  # noqa: C419
        raise BadSignature("The signature is not that of this Twilio account for this address and form.")
    return _text_fields(body) if by_hash else fields


def _parse_form(body: bytes) -> FormFields:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FORM_FIELDS)
    except ValueError as error:
        raise BadSignature("The body is not a form, so nothing in it can be signed.") from error


def _text_fields(body: bytes) -> FormFields:
    return [(name, value) for name, value in json_body("Twilio", body).items() if isinstance(value, str)]


def _url_variants(url: str) -> Iterator[str]:
    """Twilio signs some requests with the port and some without, whatever URL it was given."""
    parts = urlsplit(url)
    default = 443 if parts.scheme == "https" else 80
    bare = parts.netloc.removesuffix(f":{parts.port}")
    with_port = parts.netloc if parts.port else f"{bare}:{default}"
    for netloc in (bare, with_port):
        yield parts._replace(netloc=netloc).geturl()
