"""What is hidden from staff who may not see private data: phone numbers in any text, and whole fields."""

import re

# E.164 numbers, also as they stand in a URL, and longer runs of digits.
NUMBER = re.compile(r"(?<![\w.:-])(?:\+|%2B)?\d{7,15}(?![\w:-])|(?:\+|%2B)\d{7,15}")


def mask_number(number: str) -> str:
    """A phone number by its last two digits: "…00"."""
    return f"…{number[-2:]}" if number else ""


def hide_numbers(text: str) -> str:
    """The text with its phone numbers masked."""
    return NUMBER.sub(lambda found: mask_number(found.group()), text)
