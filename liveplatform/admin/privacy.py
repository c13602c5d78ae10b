"""What is hidden from staff who may not see private data: phone numbers in any text, and whole fields."""

import re

# Numbers as people write them, "+1 (415) 555-0100"; E.164 ones, also as in a URL; longer runs of digits.
NUMBER = re.compile(
    r"\+\d[\d ().-]{5,}\d|\(\d{3}\) ?\d{3}[ .-]?\d{4}"
    r"|(?<![\w.:-])\d{3}[ .-]\d{3}[ .-]\d{4}(?![\w-])"
    r"|(?<![\w.:-])(?:\+|%2B)?\d{7,15}(?![\w:-])|(?:\+|%2B)\d{7,15}"
)


def mask_number(number: str) -> str:
    """A phone number by its last two digits: "…00"."""
    return f"…{number[-2:]}" if number else ""


def hide_numbers(text: str) -> str:
    """The text with its phone numbers masked."""
    return NUMBER.sub(lambda found: mask_number(found.group()), text)
