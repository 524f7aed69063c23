"""What a service certificate says: pure rules.

志愿服务记录与证明出具办法（试行） (民政部令第67号, 2020) and, before it,
关于规范志愿服务记录证明工作的指导意见 (民发〔2015〕149号): who the volunteer is; what was served
and for how long; who issues it; number and date.
"""

from __future__ import annotations

import base64

GROUP = 4


def masked(number: str | None) -> str:
    """An identity number of which nobody can make use: its first three and last four characters."""
    return number[:3] + "*" * (len(number) - 7) + number[-4:] if number else "—"


def check_code(digest: str) -> str:
    """Eighty bits of a keyed digest as ``ABCD-EFGH-…``: nobody finds one by trying."""
    letters = base64.b32encode(bytes.fromhex(digest)[:10]).decode()
    return "-".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))


def in_hours(minutes: int) -> str:
    """Minutes as hours, as certificates count: ``128.5``; what is left of half an hour is not."""
    halves = minutes // 30
    return f"{halves // 2}.5" if halves % 2 else f"{halves // 2}"
