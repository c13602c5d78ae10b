"""TwiML of a make-call: a broken document would be dialled, and heard as Twilio's apology for error 12100.

https://www.twilio.com/docs/api/errors/12100
"""

from typing import Any
from xml.parsers import expat

ROOT = "Response"


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


class _HasDoctype(Exception):
    """Entities are declared there: a short document could expand to a long one."""


def _refuse_doctype(*_: Any) -> None:  # noqa: ANN401 - as expat calls it
    raise _HasDoctype
