"""TwiML of agents and of make-call: whether it is a document, and the variables in it.

A broken document would be dialled, and heard as Twilio's apology for error 12100.
https://www.twilio.com/docs/api/errors/12100
"""

import re
from collections.abc import Mapping
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

ROOT = "Response"
# {{name}}: a name as variables have it, without spaces and braces.
PLACEHOLDER = re.compile(r"\{\{\s*([^\s{}]+)\s*\}\}")
# What XML 1.0 cannot hold, escaped or not.
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def complaint(twiml: str) -> str:
    """What is wrong with this document; "" if it is XML whose root is Response. Verbs are not judged."""
    elements: list[str] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, _: elements.append(name)
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(twiml.strip(), True)
    except expat.ExpatError as error:
        return f"This is not XML ({error}); for example <Response><Say>Hello</Say></Response>."
    except (_HasDoctype, UnicodeEncodeError):
        return "Leave out the document type and characters that are none."
    return "" if elements[0] == ROOT else f"The root element must be {ROOT}, not {elements[0][:40]}."


def names_in(twiml: str) -> list[str]:
    """The variables that a document names, in their order."""
    return list(dict.fromkeys(PLACEHOLDER.findall(twiml)))


def filled(twiml: str, values: Mapping[str, str]) -> str:
    """The document with its variables, which are text wherever they stand: no value adds an element.

    A name without a value is left out; `names_in` says which there are.
    """
    return PLACEHOLDER.sub(lambda match: _escaped(values.get(match[1], "")), twiml)


def _escaped(value: str) -> str:
    return escape(value, {'"': "&quot;", "'": "&apos;"})


class _HasDoctype(Exception):
    """Entities are declared there: a short document could expand to a long one."""


def _refuse_doctype(*_: Any) -> None:  # noqa: ANN401 - as expat calls it
    raise _HasDoctype
