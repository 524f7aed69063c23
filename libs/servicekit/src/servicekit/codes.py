"""Code lists with a label in each language."""

from __future__ import annotations

import enum


class LabelledEnum(enum.StrEnum):
    """A code list: each member is its code, with a label in zh-CN and in English."""

    zh: str
    en: str

    def __new__(cls, code: str, zh: str = "", en: str = "") -> LabelledEnum:
        member = str.__new__(cls, code)
        member._value_ = code
        member.zh, member.en = zh, en
        return member

    def label(self, locale: str) -> str:
        """The label in ``zh-CN`` or ``en``; Chinese where the locale is unknown."""
        return self.en if locale.startswith("en") else self.zh
