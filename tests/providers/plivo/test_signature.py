"""Signatures: Plivo's own package is the referee, and each request is refused with anything changed."""

import pytest
from plivo.utils import validate_signature, validate_v3_signature

from providers.errors import BadSignature
from providers.plivo.signature import Signature, base_url, sign, signed_by_plivo

TOKEN, NONCE = "a-token-of-the-account", "05429567804466091622"
URL = "https://us.example:8443/v1/providers/1/events?stream=2&a=b"
FORM = {"Event": "StartStream", "CallUUID": "c1", "Name": "ü & b", "Empty": ""}
PLIVO, VOBIZ = Signature("plivo"), Signature("vobiz")


def headers(company, version, signature, nonce=NONCE):
    name = f"x-{company}-signature-{version}"
    return {name: signature, f"{name}-nonce": nonce}


def test_the_published_vector_of_plivo_is_accepted():
    """Of the tests of github.com/plivo/plivo-python."""
    url, nonce, token = "https://answer.url", "12345", "my_auth_token"
    published = "ehV3IKhLysWBxC1sy8INm0qGoQYdYsHwuoKjsX7FsXc="
    assert sign(token, base_url(url), nonce) == published
    assert PLIVO.verify(token, url, headers("plivo", "v2", published, nonce), {}) == nonce


def test_plivos_own_package_accepts_ours():
    assert validate_signature(URL, NONCE, sign(TOKEN, base_url(URL), NONCE), TOKEN)
    signature = sign(TOKEN, signed_by_plivo(URL, FORM), NONCE, "v3")
    assert validate_v3_signature("POST", URL, NONCE, TOKEN, signature, dict(FORM))


@pytest.mark.parametrize("form", [{}, FORM])
@pytest.mark.parametrize("url", ["https://us.example/e", "https://us.example/e?b=2&a=1&a=0"])
def test_both_sign_the_same_with_and_without_query_and_form(url, form):
    signature = sign(TOKEN, signed_by_plivo(url, form), NONCE, "v3")
    assert validate_v3_signature("POST", url, NONCE, TOKEN, signature, dict(form))
    assert PLIVO.verify(TOKEN, url, headers("plivo", "v3", f"other,{signature}"), form) == NONCE


@pytest.mark.parametrize("version", ["v2", "v3"])
def test_vobiz_signs_the_address_and_not_the_form(version):
    signature = sign(TOKEN, base_url(URL), NONCE, version)
    given = headers("vobiz", version, signature)
    assert VOBIZ.verify(TOKEN, URL, given, FORM) == VOBIZ.verify(TOKEN, URL, given, {}) == NONCE


def test_none_is_no_signature():
    assert VOBIZ.verify(TOKEN, URL, {}, FORM) == ""
    assert VOBIZ.verify(TOKEN, URL, headers("vobiz", "ma-v2", "of the parent's token"), FORM) == ""


@pytest.mark.parametrize(
    ("token", "url", "nonce"),
    [("another", URL, NONCE), (TOKEN, URL.replace("/1/", "/2/"), NONCE), (TOKEN, URL, "1"), (TOKEN, URL, "")],
)
def test_anything_changed_is_refused(token, url, nonce):
    given = headers("vobiz", "v2", sign(TOKEN, base_url(URL), NONCE), nonce)
    with pytest.raises(BadSignature):
        VOBIZ.verify(token, url, given, FORM)


def test_the_headers_that_prove_it_are_kept():
    assert "x-vobiz-signature-v2-nonce" in VOBIZ.headers and "x-plivo-signature-v3" in PLIVO.headers
