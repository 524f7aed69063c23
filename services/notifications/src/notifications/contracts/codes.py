"""Codes from the lists of others, as events carry them."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import fields

from servicekit.schemas import Shaped


class Word(fields.String):
    """A code from somebody else's list. What isn't shaped like a code is left out, not passed on:
    it ends up in texts and mails, where nothing may appear that events must not carry."""

    shape = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return value if isinstance(value, str) and self.shape.fullmatch(value) else None


class Key(Shaped):
    """A code in the publisher's own words, ``boiler_pressure``."""

    pattern = Word.shape
    mistake = "is not a code; use up to 40 letters, digits and _ . -"


def word() -> Word:
    return Word(load_default=None, allow_none=True)
