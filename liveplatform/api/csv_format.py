"""CSV as spreadsheets read it: RFC 4180, times as RFC 3339, no cell that is taken for a formula."""

import csv
import io
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpResponse

from liveplatform.json_codec import dumps

CONTENT_TYPE = "text/csv; charset=utf-8"
# What spreadsheets take for a formula: https://owasp.org/www-community/attacks/CSV_Injection
FORMULA_START = re.compile(r"[=+\-@\t\r]")
# A plain phone number begins with a plus, too, and is harmless.
PHONE = re.compile(r"\+\d{3,20}")


def csv_lines(rows: Iterable[Iterable[Any]]) -> bytes:
    """Rows of values: objects as JSON, formulas escaped by an apostrophe."""
    text = io.StringIO()
    csv.writer(text).writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def csv_response(filename: str, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> HttpResponse:
    """A whole file, offered for download under this name."""
    response = HttpResponse(csv_lines([header]) + csv_lines(rows), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["Cache-Control"] = "no-store"
    return response


def _cell(value: Any) -> Any:  # noqa: ANN401 - the value of any field
    match value:
        case str():
            risky = FORMULA_START.match(value) and not PHONE.fullmatch(value)
            return f"'{value}" if risky else value
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case bool():
            return str(value).lower()
        case dict() | list():
            return dumps(value).decode() if value else ""
        case _:
            return value
