"""Phone numbers: read as dialled in China, kept in E.164."""

from __future__ import annotations

import phonenumbers

PROBLEM = (
    "is not a phone number; write it as 13800138000, or with the country code as +86 24 2345 6789"
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
