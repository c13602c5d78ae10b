"""The page that asks once before an act: what it does, to how many rows, of which kinds and accounts."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.template.response import TemplateResponse

# For more rows than this, their number must be typed.
TYPE_ABOVE = 100


@dataclass(frozen=True)
class Confirmation:
    """What the page says. `rows`: the exact count; `hidden`: fields that come back with the answer."""

    title: str
    consequence: str
    button: str
    back: str
    rows: int = 1
    facts: Sequence[tuple[str, str]] = ()
    hidden: dict[str, str] = field(default_factory=dict)
    url: str = ""
    asks_reason: bool = False

    @property
    def must_type(self) -> bool:
        return self.rows > TYPE_ABOVE


def is_confirmed(request: HttpRequest, rows: int) -> bool:
    """Whether this is the answer to the page: a POST, with the number typed where that is asked."""
    if request.method != "POST":
        return False
    typed = str(request.POST.get("number", "")).strip().replace(",", "")
    return rows <= TYPE_ABOVE or typed == str(rows)


def confirmation_page(request: HttpRequest, site: AdminSite, asked: Confirmation) -> TemplateResponse:
    """The page; after a number that is not the count (400), it says so."""
    is_wrong = request.method == "POST" and "number" in request.POST
    context = site.each_context(request) | {
        "title": asked.title,
        "asked": asked,
        "error": f"Type {asked.rows} to go on." if is_wrong else "",
    }
    return TemplateResponse(request, "admin/staff/confirm.html", context, status=400 if is_wrong else 200)


def secrets_page(
    request: HttpRequest, site: AdminSite, title: str, secrets: Sequence[tuple[str, str]], back: str
) -> TemplateResponse:
    """New secrets, shown this once; never cached, and never in a message, which would be kept in a cookie."""
    context = site.each_context(request) | {"title": title, "secrets": secrets, "back": back}
    response = TemplateResponse(request, "admin/staff/secrets.html", context)
    response["Cache-Control"] = "no-store"
    return response
