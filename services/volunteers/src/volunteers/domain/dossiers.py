"""What is still missing in a project's dossier, and by when: pure rules on plain facts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any

from volunteers.domain.projects import Merit, Nature, Paper, ProjectState, Route, Side, gates

P = ProjectState
DAY = timedelta(days=1)
REVIEWERS = 2
ENOUGH, LEAST = 3.0, 2.0
"""Of five points: what all tests together need on average, and each by itself."""
OWN_SHARE = 0.3
"""What a subsidised project brings in itself, of its money."""

Line = Mapping[str, Any]
Lack = tuple[str, str]
"""What is missing, and what to do about it: in Chinese, in English."""


@dataclass(frozen=True)
class Dossier:
    """What the gates look at."""

    route: Route
    state: ProjectState
    entered_on: date
    starts_on: date
    ends_on: date
    goals: Sequence[Mapping[str, Any]] = ()
    lines: Sequence[Line] = ()
    papers: Collection[Paper] = ()
    reviews: Sequence[Mapping[Merit, int]] = ()
    notice_until: date | None = None


def lacking(dossier: Dossier, to: ProjectState, today: date) -> list[Lack]:
    """What keeps a project from a gate, each with its remedy; empty where nothing does."""
    if to is P.REJECTED:
        return []
    missing = [paper for paper in gates(dossier.route)[to].papers if paper not in dossier.papers]
    found = [
        (f"缺少{paper.zh}，请归档", f"the paper {paper} ({paper.zh}) is missing; file it")
        for paper in missing
    ]
    check = CHECKS.get(to)
    return found + (check(dossier, today) if check else [])


def _ready(dossier: Dossier, _today: date) -> list[Lack]:
    found = []
    if not dossier.goals:
        found.append(("没有目标，请至少填写一项", "it has no goal; give at least one"))
    if any(goal["target"] is None for goal in dossier.goals):
        found.append(("有目标未填指标值，请补填", "a goal has no target; give each a number"))
    if any(line["planned"] is None for line in dossier.lines):
        found.append(
            ("预算有未填金额，请补填", "a line of the budget has no amount; give each one")
        )
    return found + unbalanced(dossier.lines, "planned") + _unfit(dossier.route, dossier.lines)


def _reviewed(dossier: Dossier, _today: date) -> list[Lack]:
    return verdict(dossier.reviews)


def _noticed(dossier: Dossier, today: date) -> list[Lack]:
    if dossier.notice_until is None or today <= dossier.notice_until:
        until = dossier.notice_until
        return [
            (
                f"公示期至{until}，请等待期满",
                f"the public notice runs to the end of {until}; wait until then",
            )
        ]
    return []


def _begun(dossier: Dossier, today: date) -> list[Lack]:
    if today < dossier.starts_on:
        first = dossier.starts_on
        return [(f"项目于{first}开始，请届时再办", f"it begins on {first}; wait until then")]
    return []


def _settled(dossier: Dossier, _today: date) -> list[Lack]:
    if any(line["actual"] is None for line in dossier.lines):
        return [
            ("决算有未填金额，请补填", "a line of the budget has no actual amount; give each one")
        ]
    return unbalanced(dossier.lines, "actual")


CHECKS: Mapping[ProjectState, Callable[[Dossier, date], list[Lack]]] = {
    P.SUBMITTED: _ready,
    P.PUBLICISED: _reviewed,
    P.APPROVED: _noticed,
    P.RUNNING: _begun,
    P.SETTLED: _settled,
}


def unbalanced(lines: Iterable[Line], amount: str) -> list[Lack]:
    """Where costs and means differ, in money or in kind."""
    found, lines = [], list(lines)
    for nature in Nature:
        costs, means = totals(lines, nature, amount)
        if costs != means:
            english = f"{amount} {nature}: costs are {costs} and means {means}; "
            english += "they must be equal, what is left over or lacking being a line of its own"
            chinese = f"{nature.zh}收支不平：支出 {costs}，来源 {means}；结余或缺口请单列一行"
            found.append((chinese, english))
    return found


def totals(lines: Iterable[Line], nature: Nature, amount: str) -> tuple[int, int]:
    """Costs and means of one nature, in yuan."""
    given = [
        (line["side"] == Side.COST, line[amount] or 0) for line in lines if line["nature"] == nature
    ]
    return sum(n for cost, n in given if cost), sum(n for cost, n in given if not cost)


def _unfit(route: Route, lines: Sequence[Line]) -> list[Lack]:
    """Who pays is what the routes differ in."""
    money = [line for line in lines if line["nature"] == Nature.MONEY]
    public = sum(line["planned"] or 0 for line in money if line["side"] == Side.GOVERNMENT)
    means = totals(money, Nature.MONEY, "planned")[1]
    if route is Route.PURCHASED and public != means:
        return [
            (
                "政府购买项目的资金须全部来自政府，其他投入请列为实物",
                "a purchased project is paid by the government alone; move the other money in kind",
            )
        ]
    if route is Route.SUBSIDISED and not 0 < public <= means * (1 - OWN_SHARE):
        return [
            (
                "政府补贴项目须自筹三成资金，请减少申请额",
                "a subsidised project brings in 30 % of its money itself; ask for less",
            )
        ]
    if route is Route.AWARDED and public:
        return [
            (
                "以奖代补项目不预先申请政府资金，请删去该行",
                "an awarded project asks for no money beforehand; take the government's line out",
            )
        ]
    return []


def verdict(reviews: Sequence[Mapping[Merit, int]]) -> list[Lack]:
    """What is lacking in the reviews: reviewers, points in all, or points in one test."""
    if len(reviews) < REVIEWERS:
        done = len(reviews)
        return [
            (
                f"须有{REVIEWERS}人评审，现有{done}人",
                f"{done} of {REVIEWERS} reviews are there; have it reviewed by others too",
            )
        ]
    means = averages(reviews)
    found = [
        (
            f"“{test.zh}”得 {mean:.1f} 分，须 {LEAST:.1f} 分",
            f"{test} has {mean:.1f} of 5 points and needs {LEAST:.1f}; reject it",
        )
        for test, mean in means.items()
        if mean < LEAST
    ]
    overall = sum(means.values()) / len(means)
    if overall < ENOUGH:
        found.append(
            (
                f"平均 {overall:.1f} 分，须 {ENOUGH:.1f} 分",
                f"it has {overall:.1f} of 5 points and needs {ENOUGH:.1f}; reject it",
            )
        )
    return found


def averages(reviews: Sequence[Mapping[Merit, int]]) -> dict[Merit, float]:
    """The mean of each test; nothing where nobody has reviewed."""
    if not reviews:
        return {}
    return {test: sum(each[test] for each in reviews) / len(reviews) for test in Merit}


def notice_end(begun: date, days: int, counts: Callable[[date], bool]) -> date:
    """The last day of a public notice: the day it begins does not count."""
    ahead = (begun + n * DAY for n in count(1))
    last = begun
    for _ in range(days):
        last = next(day for day in ahead if counts(day))
    return last


def due_on(dossier: Dossier) -> date | None:
    """The last day on which the next gate is to be passed; None where none is ahead."""
    to = next_gate(dossier.state)
    if to is None or dossier.state is P.DRAFT:
        return None
    half = dossier.starts_on + (dossier.ends_on - dossier.starts_on) / 2
    since = {
        P.APPROVED: dossier.notice_until or dossier.entered_on,
        P.RUNNING: max(dossier.entered_on, dossier.starts_on),
        P.MIDTERM: half,
        P.CLOSING: dossier.ends_on,
        P.SETTLED: max(dossier.entered_on, dossier.ends_on),
    }
    return since.get(to, dossier.entered_on) + gates(dossier.route)[to].days * DAY


def next_gate(state: ProjectState) -> ProjectState | None:
    """What comes next where all goes well."""
    way = (P.DRAFT, *gates(Route.AWARDED))
    return way[way.index(state) + 1] if state in way[:-1] else None
