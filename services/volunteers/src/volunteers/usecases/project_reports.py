"""The mid-term and the closing report of a project, as printed documents. No database here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from reportlab.graphics.shapes import Drawing, Rect, String
from reportlab.lib.colors import white
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, KeepTogether

from servicekit.printing import INK, MUTED, WIDTH, document, facts, font, gap, grid, text
from volunteers.domain.bars import Bar, lying, standing
from volunteers.domain.codes import AidKind
from volunteers.domain.projects import Indicator, Merit, Nature, Paper, Route, Side

TITLES = {"midterm": "项目中期报告", "closing": "项目结项报告"}
ASKED = {
    "midterm": ("进展与问题", "下半程计划"),
    "closing": ("成效与经验", "不足与持续安排"),
}
"""What people add by hand."""
BLANK = "\u3000"
GOAL = ("目标", "指标", "目标值", "已完成", "完成率")
LABELS, NUMBERS = 150.0, 62.0
"""What a chart keeps free on the left and on the right."""
FILLED: dict[str, Any] = {"fillColor": INK, "strokeColor": INK, "strokeWidth": 0.6}
OUTLINED: dict[str, Any] = {"fillColor": None, "strokeColor": INK, "strokeWidth": 0.9}
AXIS: dict[str, Any] = {"fillColor": INK, "strokeColor": None}
NOTCH: dict[str, Any] = {"fillColor": white, "strokeColor": None}
"""Told apart in black and white too: full, and empty."""


def report(said: Mapping[str, Any], *, kind: str) -> bytes:
    """中期报告 or 结项报告: what was reached and spent, drawn and in figures."""
    parts = [
        text(TITLES[kind], "title"),
        facts(_head(said)),
        *_section("一、目标完成情况"),
        _goals_drawn(said["goals"]),
        text("空框为目标值，实心为已完成值；各目标按自身比例绘制。", "note"),
        gap(2),
        grid(GOAL, _goals(said["goals"]), (5, 5, 2, 2, 2)),
        *_section("二、逐月进展"),
        _months_drawn(said["months"]),
        text("实心为探访次数，空框为核实服务小时。", "note"),
        *_section("三、经费与实物（元）"),
        grid(("科目", "性质", "收支", "预算", "决算"), _lines(said), (5, 3, 3, 2, 2)),
        *_section("四、评审与材料"),
        grid(("评审标准", "平均分（满分 5）"), _merits(said["scores"]), (5, 2)),
        gap(3),
        facts([(Paper(each["paper"]).zh, each["reference"]) for each in said["papers"]]),
        *_by_hand(kind),
    ]
    footer = f"{said['title']} · {said['id']}"
    return document(TITLES[kind], parts, issuer=said["partner"], footer=footer)


def _section(title: str) -> list[Any]:
    """A heading, on the next page where little would follow it on this one."""
    return [CondPageBreak(42 * mm), text(title, "heading")]


def _head(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    origins = [f"{each['title']}（{each['community']}）" for each in said["origins"]]
    rows = [
        ("项目名称", said["title"]),
        ("项目编号", said["id"]),
        ("申报单位", said["partner"]),
        ("资金渠道", Route(said["route"]).zh),
        ("实施期间", f"{_day(said['starts_on'])}至{_day(said['ends_on'])}"),
        ("项目简介", said["summary"] or BLANK),
        ("报告日期", _day(said["reported_on"])),
    ]
    return rows + ([("复制自", " → ".join(origins))] if origins else [])


def _goals(goals: Iterable[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    return [
        (
            goal["title"],
            _measure(goal),
            f"{goal['target']:,}",
            f"{goal['value']:,}",
            f"{100 * goal['value'] / goal['target']:.0f}%",
        )
        for goal in goals
    ]


def _measure(goal: Mapping[str, Any]) -> str:
    kind = f"（{AidKind(goal['aid_kind']).zh}）" if goal["aid_kind"] else ""
    return f"{Indicator(goal['indicator']).zh}{kind}"


def _goals_drawn(goals: list[Mapping[str, Any]]) -> Drawing:
    height = 26.0 * len(goals)
    drawing = Drawing(WIDTH, height)
    rows = lying(
        [(goal["target"], goal["value"]) for goal in goals], WIDTH - LABELS - NUMBERS, height
    )
    for goal, (target, reached) in zip(goals, rows, strict=True):
        middle = target.y + target.height / 2 - 3
        drawing.add(_label(LABELS - 8, middle, goal["title"][:14], "end"))
        drawing.add(_rect(reached, FILLED, LABELS))
        drawing.add(_rect(target, OUTLINED, LABELS))
        if reached.width > target.width:  # a notch where the target was
            drawing.add(Rect(LABELS + target.width - 1, target.y, 2, target.height, **NOTCH))
        end = LABELS + max(target.width, reached.width) + 5
        drawing.add(_label(end, middle, f"{reached.value:,} / {target.value:,}", "start"))
    return drawing


def _months_drawn(rows: list[Mapping[str, Any]]) -> Drawing:
    tall = 84.0
    drawing = Drawing(WIDTH, tall + 32)
    series = [[row[name] for row in rows] for name in ("visits", "hours")]
    for bars, look in zip(standing(series, WIDTH, tall), (FILLED, OUTLINED), strict=True):
        for bar in bars:
            drawing.add(_rect(bar, look, 0, 16))
            number = f"{bar.value:,}" if bar.value else ""
            drawing.add(_label(bar.x + bar.width / 2, bar.y + bar.height + 19, number, "middle"))
    place = WIDTH / max(1, len(rows))
    for at, row in enumerate(rows):
        drawing.add(_label((at + 0.5) * place, 3, row["month"], "middle", MUTED))
    drawing.add(Rect(0, 15.5, WIDTH, 0.5, **AXIS))
    return drawing


def _rect(bar: Bar, look: Mapping[str, Any], right: float, up: float = 0) -> Rect:
    return Rect(bar.x + right, bar.y + up, bar.width, bar.height, **look)


def _label(x: float, y: float, words: str, anchor: Any, colour: Any = INK) -> String:
    return String(x, y, words, fontName=font(), fontSize=8.5, textAnchor=anchor, fillColor=colour)


def _lines(said: Mapping[str, Any]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        (
            line["title"],
            Nature(line["nature"]).zh,
            Side(line["side"]).zh,
            _yuan(line["planned"]),
            _yuan(line["actual"]),
        )
        for line in said["lines"]
    ]
    for each in said["totals"]:
        for side, name in (("支出合计", "costs"), ("来源合计", "means")):
            amounts = (_yuan(each[f"{when}_{name}"]) for when in ("planned", "actual"))
            rows.append((side, each["nature"].zh, BLANK, *amounts))
    return rows


def _yuan(amount: int | None) -> str:
    return "—" if amount is None else f"{amount:,}"


def _merits(scores: Mapping[Merit, float]) -> list[tuple[str, str]]:
    return [(merit.zh, f"{scores[merit]:.1f}") for merit in Merit if merit in scores]


def _by_hand(kind: str) -> list[Any]:
    parts: list[Any] = []
    for number, title in zip("五六", ASKED[kind], strict=True):
        parts += [*_section(f"{number}、{title}"), gap(26)]
    signed = ("申报单位（盖章）", "负责人（签字）", "评议意见", "日期")
    return [*parts, KeepTogether(facts([(label, BLANK) for label in signed]))]


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
