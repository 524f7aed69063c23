"""The accounts of a period as a spreadsheet, opened by software not written here."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from printed import sheets
from unit.volunteers.neighbourhood import HERE, TODAY, visits_of
from unit.volunteers.test_projects import drafted
from unit.volunteers.test_reciprocity import CLUB, SCHOOL, helped, partners, receipted
from volunteers.models import Pairing, Project
from volunteers.queries.accounts import accounts_of
from volunteers.usecases.workbooks import workbook

PERIOD = {"community": HERE, "since": TODAY, "until": TODAY + timedelta(days=60)}


def written(session: Session, folder: Path) -> dict[str, list[list[str]]]:
    file = folder / "accounts.xlsx"
    file.write_bytes(workbook(accounts_of(session, PERIOD)))
    return sheets(file)


def a_season(session: Session) -> None:
    """Three visits of an hour, six things, a project."""
    partners(session)
    helped(session, SCHOOL)
    receipted(session, partner=CLUB, quantity=6)
    drafted(session, partner=SCHOOL)


def test_the_accounts_say_in_a_spreadsheet_what_the_rows_say(
    session: Session, tmp_path: Path
) -> None:
    a_season(session)
    found = written(session, tmp_path)
    (pairing,) = session.query(Pairing.id)
    visits = visits_of(session, pairing.id)
    heads, first, *_ = found["探访"]
    assert heads[3:] == ["服务类别", "状态", "计划分钟", "实际分钟"]
    assert first[0] == visits[0].on.isoformat()
    assert first[3:] == ["助老", "已完成", "60", "60"]
    assert found["探访"][-1][5:] == [str(60 * len(visits)), "180"]
    assert found["时长"][1:] == [
        [f"{HERE}-V001", "实验学校", "3", "180", "3"],
        ["合计", "", "3", "180", "3"],
    ]
    ledger = {row[0]: row[1:] for row in found["共建账本"]}
    assert ledger["太极拳协会"] == ["0", "0", "0", "6", "0", "0", "0", "0", "付出较多"]
    assert ledger["合计"][:8] == ["3", "0", "0", "6", "3", "0", "0", "6"]
    (project,) = session.query(Project)
    money = [(row[2], row[5]) for row in found["项目经费"][1:]]
    assert money == [(line["title"], str(line["planned"])) for line in project.lines]


def test_what_looks_like_a_formula_stays_text(session: Session, tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [
        {"title": "=1+1", "nature": "money", "side": "cost", "planned": 1},
        {"title": "@SUM(A1)", "nature": "money", "side": "government", "planned": 1},
    ]
    a_season(session)
    drafted(session, partner=SCHOOL, lines=lines)
    assert {"=1+1", "@SUM(A1)"} < {row[2] for row in written(session, tmp_path)["项目经费"]}


def test_a_quiet_month_has_empty_sheets(session: Session, tmp_path: Path) -> None:
    found = written(session, tmp_path)
    assert [len(rows) for rows in found.values()] == [1, 1, 1, 1]


def test_the_same_accounts_are_the_same_bytes(session: Session) -> None:
    a_season(session)
    said = accounts_of(session, PERIOD)
    assert workbook(said) == workbook(said)
