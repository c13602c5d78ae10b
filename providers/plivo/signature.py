"""Signatures of the callbacks of Plivo and Vobiz: V2 and V3, HMAC-SHA256 over the URL and a nonce.

The body is not signed by V2, nor by Vobiz's V3; Plivo's V3 also signs the form. So a valid signature proves
that the company has called this address once, and nothing of what it said.

Sources: docs.vobiz.ai/concepts/validating-callbacks and plivo/utils of github.com/plivo/plivo-python, with
which the tests compare it.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit, urlunsplit

from providers.errors import BadSignature
from providers.events import signatures_equal

FORM_CONTENT_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Signature:
    """The headers of one company: X-Plivo-Signature-V3 and its like."""

    company: str  # in lower case, as in the headers

    @property
    def headers(self) -> tuple[str, ...]:
        """The names of the headers that prove a callback, in lower case."""
        kinds = ("v2", "v3", "ma-v2", "ma-v3")
        return tuple(f"x-{self.company}-signature-{kind}{end}" for kind in kinds for end in ("", "-nonce"))

    def verify(self, token: str, url: str, headers: Mapping[str, str], form: Mapping[str, str]) -> str:
        """The nonce of a callback with a valid signature; "" for one that bears none.

        Header names in lower case. Raises BadSignature for one whose signature is of somebody else. Those of
        a parent account (MA) are of another token and prove nothing here.
        """
        given = {v: headers.get(f"x-{self.company}-signature-{v}", "") for v in ("v2", "v3")}
        if not any(given.values()):
            return ""
        for version, signature in given.items():
            nonce = headers.get(f"x-{self.company}-signature-{version}-nonce", "")
            expected = [sign(token, each, nonce, version) for each in _signed(version, url, form)]
            # A list, so that all are compared and the time taken reveals nothing.
            found = [signatures_equal(one, each.strip()) for one in expected for each in signature.split(",")]
            if nonce and any(found):
                return nonce
        raise BadSignature(f"The signature is not that of this {self.company} account for this address.")


def sign(token: str, url: str, nonce: str, version: str = "v2") -> str:
    """The signature over what is signed of a URL (`_signed`): V3 has a dot before the nonce."""
    text = f"{url}{'.' if version == 'v3' else ''}{nonce}"
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha256).digest()).decode()


def base_url(url: str) -> str:
    """A URL without its query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))


def _signed(version: str, url: str, form: Mapping[str, str]) -> Iterator[str]:
    """What may be signed: V2 and Vobiz's V3 the URL without its query; Plivo's V3 the query and form too."""
    yield base_url(url)
    if version == "v3":
        yield signed_by_plivo(url, form)


def signed_by_plivo(url: str, form: Mapping[str, str]) -> str:
    """What Plivo's V3 signs of a POST: the URL with its sorted query, a dot, the sorted form."""
    query = parse_qs(urlsplit(url).query, keep_blank_values=True)
    pairs = "&".join(f"{name}={value}" for name in sorted(query) for value in sorted(query[name]))
    text = "".join(f"{name}{form[name]}" for name in sorted(form))
    mark, dot = "?" if pairs or form else "", "." if pairs and form else ""
    return f"{base_url(url)}{mark}{pairs}{dot}{text}"
