"""What is printed: the service certificate, and a pupil's record of growth. No database here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from servicekit import printing
from servicekit.printing import facts, gap, grid, text
from volunteers.domain.certificates import in_hours
from volunteers.domain.codes import AidKind

CHINESE = "zh-CN"
BLANK = "\u3000"
"""A line that somebody fills in by hand."""


def certificate(said: Mapping[str, Any], *, public_url: str) -> bytes:
    """志愿服务记录证明, with the record's fields and a code that anybody can check."""
    address = f"{public_url.rstrip('/')}/certificates/{said['check_code']}"
    parts = [
        text("志愿服务记录证明", "title"),
        facts(
            [
                ("证明编号", said["serial"]),
                ("志愿者姓名", said["name"]),
                ("身份证件号码", f"居民身份证 {said['number']}"),
                ("志愿者编号", said["code"]),
                ("所属组织", said["organisation"]),
                ("服务期间", f"{_day(said['since'])}至{_day(said['until'])}"),
                ("服务时长", f"{in_hours(said['minutes'])} 小时（不含往返交通时间）"),
            ]
        ),
        text("服务内容", "heading"),
        _services(said["content"]),
        gap(6),
        text(
            f"兹证明 {said['name']} 在上述期间参加了本单位组织的志愿服务，"
            "以上时长均经核实，记录真实、准确。"
        ),
        gap(8),
        _check(said["check_code"], address),
        gap(6),
        facts(
            [
                ("出具单位（盖章）", said["issuer"]),
                ("负责人（签字）", BLANK),
                ("经办人（签字）", BLANK),
                ("联系方式", BLANK),
                ("出具日期", _day(said["issued_on"])),
            ]
        ),
    ]
    return printing.document(
        "志愿服务记录证明", parts, issuer=said["issuer"], footer=f"证明编号 {said['serial']}"
    )


def _check(code: str, address: str) -> printing.Part:
    """How anybody finds out whether it is valid."""
    return printing.beside(
        [
            text("扫描二维码可核验本证明是否有效；核验页不显示任何个人信息。", "note"),
            text(f"核验码：{code}", "note"),
            text(address, "note"),
        ],
        [printing.qr_code(address)],
        right_mm=34,
    )


def growth_record(said: Mapping[str, Any]) -> bytes:
    """成长记录: with whom a pupil went, what help was given, what was learned."""
    parts = [
        text("志愿服务成长记录", "title"),
        facts(
            [
                ("姓名", said["name"]),
                ("学校", said["organisation"]),
                ("陪同人", said["companion"]),
                ("记录期间", f"{_day(said['since'])}至{_day(said['until'])}"),
                ("核实时长", f"{in_hours(said['minutes'])} 小时"),
                ("星级", "★" * said["stars"] or "—"),
            ]
        ),
        text("帮助了谁、做了什么", "heading"),
        _services(said["content"]),
        text("学到了什么", "heading"),
        *(
            [grid(["日期", "收获"], [(_day(on), what) for on, what in said["learned"]], [1, 4])]
            if said["learned"]
            else [text("尚无记录。", "note")]
        ),
        gap(10),
        text(f"{said['issuer']}　{_day(said['printed_on'])}", "right"),
    ]
    return printing.document("志愿服务成长记录", parts, issuer=said["issuer"], footer=said["code"])


def _services(content: Iterable[Mapping[str, Any]]) -> printing.Part:
    rows = [_served(each) for each in content]
    return grid(["类别", "次数", "时长（小时）"], rows, [3, 1, 1])


def _served(each: Mapping[str, Any]) -> tuple[str, str, str]:
    kind = AidKind(each["aid_kind"]).label(CHINESE)
    return kind, str(each["services"]), in_hours(each["minutes"])


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
