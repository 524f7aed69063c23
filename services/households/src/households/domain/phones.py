"""Telephone numbers: read as dialled in China, kept in E.164."""

from __future__ import annotations

import phonenumbers

PROBLEM = (
    "is not a telephone number; "
    "give a Chinese number, or one with its country code as in +86 138 0013 8000"
)


def e164(text: str) -> str | None:
    """The number in E.164, or None where it is none."""
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
