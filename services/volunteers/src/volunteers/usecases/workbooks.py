"""The accounts of a period as a spreadsheet (.xlsx). No database here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from volunteers.domain.codes import AidKind, VisitState
from volunteers.domain.projects import Nature, Side
from volunteers.domain.reciprocity import COMMUNITY, RESIDENTS, SCHOOLS, Standing, Unit

Row = Sequence[Any]
PARTIES = {RESIDENTS: "居民个人", COMMUNITY: "社区", SCHOOLS: "学校"}
VISITS = ("日期", "家庭", "志愿者", "服务类别", "状态", "计划分钟", "实际分钟")
HOURS = ("志愿者", "单位", "次数", "核实分钟", "核实小时")
LEDGER = (
    "单位",
    *(f"{side}{unit.zh}" for side in ("付出", "得到") for unit in Unit),
    "是否平衡",
)
BUDGET = ("项目", "名称", "科目", "性质", "收支", "预算（元）", "决算（元）")


def workbook(said: Mapping[str, Any]) -> bytes:
    """探访, 时长, 共建账本 and 项目经费, a sheet each, with totals that the spreadsheet adds up."""
    into = BytesIO()
    # text is text, whatever it begins with; and the same accounts are the same bytes
    book = Workbook(into, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)})
    _sheet(book, "探访", VISITS, map(_visit, said["visits"]), sums=(5, 6))
    _sheet(book, "时长", HOURS, map(_hours, said["hours"]), sums=(2, 3, 4))
    _sheet(book, "共建账本", LEDGER, map(_party, said["parties"]), sums=range(1, 9))
    _sheet(book, "项目经费", BUDGET, map(_line, said["lines"]))
    book.close()
    return into.getvalue()


def _sheet(
    book: Workbook, name: str, heads: Row, rows: Iterable[Row], *, sums: Iterable[int] = ()
) -> None:
    """A table under bold heads; the ``sums`` of its columns stand below it."""
    sheet, bold = book.add_worksheet(name), book.add_format({"bold": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    table = list(rows)
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, bold)
        for number, row in enumerate(table, 1):
            _write(sheet, number, column, row[column], day)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(heads) - 1, 20)
    if table and sums:
        sheet.write_string(len(table) + 1, 0, "合计", bold)
    for column in sums if table else ():
        letter = xl_col_to_name(column)
        total = sum(row[column] or 0 for row in table)
        formula = f"=SUM({letter}2:{letter}{len(table) + 1})"
        sheet.write_formula(len(table) + 1, column, formula, bold, total)


def _write(sheet: Any, row: int, column: int, value: Any, day: Any) -> None:
    write: Callable[..., Any]
    if value is None:
        return
    if isinstance(value, date):
        sheet.write_datetime(row, column, datetime.combine(value, datetime.min.time()), day)
        return
    write = sheet.write_string if isinstance(value, str) else sheet.write_number
    write(row, column, value)


def _visit(said: Mapping[str, Any]) -> Row:
    return (
        *(said["on"], said["household"], said["volunteer"]),
        *(AidKind(said["aid_kind"]).zh, VisitState(said["state"]).zh),
        *(said["minutes"], said["minutes_done"]),
    )


def _hours(said: Mapping[str, Any]) -> Row:
    partner = said["partner"] or PARTIES[RESIDENTS]
    return (
        *(said["volunteer"], partner, said["services"], said["minutes"]),
        round(said["minutes"] / 60, 2),
    )


def _party(said: Mapping[str, Any]) -> Row:
    name = said["name"] or PARTIES[said["party"]]
    counts = [said[side][unit] for side in ("given", "received") for unit in Unit]
    return (name, *counts, Standing(said["standing"]).zh)


def _line(said: Mapping[str, Any]) -> Row:
    return (
        *(said["project"], said["of"], said["title"]),
        *(Nature(said["nature"]).zh, Side(said["side"]).zh, said["planned"], said["actual"]),
    )
