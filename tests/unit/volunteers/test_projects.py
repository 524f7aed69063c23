"""Projects: three routes with their gates, indicators that count themselves, and copies."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy.orm import Session

from servicekit.actors import Actor
from servicekit.errors import Conflict, Forbidden, Invalid
from servicekit.schemas import load
from servicekit.workdays import published
from unit.volunteers.camp import a_camp, an_adult, comes, confirm, enrol, on_the_day
from unit.volunteers.neighbourhood import (
    ELSEWHERE,
    HERE,
    NEED,
    STAFF,
    TODAY,
    a_school,
    at,
    hear,
    log,
    running,
    somebody,
    told,
    unhurried,
    visits_of,
)
from unit.volunteers.test_gifts import COLLEAGUE, ready
from unit.volunteers.test_gifts import step as gift_step
from volunteers.contracts import projects as of
from volunteers.contracts.dossiers import DossierView
from volunteers.domain.codes import AidKind
from volunteers.domain.dossiers import notice_end, unbalanced, verdict
from volunteers.domain.projects import PROJECT, Indicator, Merit, Paper, ProjectState, Route, gates
from volunteers.domain.templates import without_figures
from volunteers.models import Enrolment, Gift, HourEntry, Pairing, Project, Visit
from volunteers.queries import projects as found
from volunteers.usecases import copying, hours, projects

DIRECTOR = Actor(f"{HERE}-S09", "director", (HERE,))
WORKER = Actor(f"{HERE}-S05", "social_worker", (HERE,))
P = ProjectState
WAY = (P.DRAFT, *gates(Route.AWARDED))
END = TODAY + timedelta(days=60)
SCORES = dict.fromkeys((test.value for test in Merit), 4)


def line(title: str, side: str, planned: int | None, nature: str = "money") -> dict[str, Any]:
    return {"title": title, "nature": nature, "side": side, "planned": planned}


MONEY = {
    "purchased": [line("材料", "cost", 9000), line("购买服务款", "government", 9000)],
    "subsidised": [
        line("材料", "cost", 9000),
        line("补贴", "government", 6000),
        line("自筹", "own", 3000),
    ],
    "awarded": [line("材料", "cost", 500), line("自筹", "own", 500)],
}
IN_KIND = [line("教室", "cost", 2000, "in_kind"), line("学校场地", "partner", 2000, "in_kind")]
GOALS = [
    {"title": "每周探访12户老人", "indicator": "visits", "target": 4},
    {"title": "服务时长", "indicator": "hours", "aid_kind": "elderly", "target": 4},
    {"title": "助学", "indicator": "visits", "aid_kind": "schooling", "target": 1},
]


def drafted(session: Session, route: str = "subsidised", **changes: Any) -> Project:
    facts = {
        "community": HERE,
        "title": "阳光陪伴",
        "summary": "为68户低保家庭提供陪伴，电话13800138000。",
        "route": route,
        "partner": changes.pop("partner", None) or a_school(session),
        "starts_on": TODAY.isoformat(),
        "ends_on": END.isoformat(),
        "goals": GOALS,
        "lines": [*MONEY[route], *IN_KIND],
    }
    data = load(of.DraftProject(), facts | changes)
    return projects.draft_project(session, data, now=at(TODAY, 9), actor=STAFF)


def move(
    session: Session,
    project: Project,
    to: str,
    on: date = TODAY,
    actor: Actor = DIRECTOR,
    reason: str | None = None,
) -> Project:
    data = load(of.MoveProject(), {"project": project.id, "to": to, "reason": reason})
    ends = lambda begun: notice_end(begun, 5, published)  # noqa: E731
    return projects.move_project(session, data, now=at(on, 9), actor=actor, notice=ends)


def file(session: Session, project: Project, *papers: str) -> None:
    for paper in papers:
        data = {"project": project.id, "paper": Paper(paper), "reference": f"档案 {paper}"}
        projects.file_paper(session, data, now=at(TODAY, 9), actor=STAFF)


def review(session: Session, project: Project, actor: Actor = WORKER, **scores: int) -> None:
    data = {"project": project.id, "scores": SCORES | scores}
    projects.review_project(session, data, now=at(TODAY, 9), actor=actor)


def spend(session: Session, project: Project, *actuals: int, more: Any = ()) -> None:
    data = {"project": project.id, "actuals": list(actuals), "more": list(more)}
    projects.record_spending(session, data, now=at(END, 9), actor=STAFF)


def led_to(session: Session, project: Project, last: ProjectState) -> Project:
    """The project with every gate up to ``last`` passed as it should be."""
    for gate in gates(project.route).values():
        file(session, project, *gate.papers)
    for state in WAY[1 : WAY.index(last) + 1]:
        later = {P.APPROVED: TODAY + timedelta(days=8), P.RUNNING: TODAY + timedelta(days=8)}
        if state is P.PUBLICISED:
            review(session, project)
            review(session, project, DIRECTOR)
        if state is P.SETTLED:
            spend(session, project, *(each["planned"] for each in project.lines))
        on = later.get(state, TODAY if WAY.index(state) < WAY.index(P.APPROVED) else END)
        move(session, project, state, on)
    return project


@pytest.mark.parametrize("route", Route)
def test_a_project_of_each_route_goes_from_the_draft_to_the_settlement(
    session: Session, route: Route
) -> None:
    project = led_to(session, drafted(session, route), P.SETTLED)
    assert [step.state for step in project.steps] == list(WAY)
    (said,) = told(session, "project.submitted")
    assert (said["project"], said["route"], said["state"]) == (project.id, route, "submitted")
    assert [each["state"] for each in told(session, "project.decided")] == ["approved"]
    shown: Any = DossierView().dump(found.get_project(session, project.id, END))
    assert (shown["next"], shown["lacking"], shown["due_on"]) == (None, [], None)


@pytest.mark.parametrize("route", Route)
def test_no_gate_of_a_route_opens_without_each_of_its_papers(
    session: Session, route: Route
) -> None:
    for state, gate in gates(route).items():
        for paper in gate.papers:
            project = led_to(session, drafted(session, route), WAY[WAY.index(state) - 1])
            project.papers = [each for each in project.papers if each["paper"] != paper]
            with pytest.raises(Invalid, match=f"the paper {paper} .* is missing; file it"):
                move(session, project, state, END)


def test_only_the_steps_of_the_table_are_allowed() -> None:
    refused = {(state, P.REJECTED) for state in (P.SUBMITTED, P.REVIEWING, P.PUBLICISED)}
    legal = set(pairwise(WAY)) | refused
    for current, wanted in product(ProjectState, ProjectState):
        assert PROJECT.allows(current, wanted) == ((current, wanted) in legal)


def test_no_message_takes_a_step_that_is_not_in_the_table(session: Session) -> None:
    project = drafted(session)
    for current, wanted in product(ProjectState, ProjectState):
        project.state = current
        session.flush()
        if current is not wanted and not PROJECT.allows(current, wanted):
            with pytest.raises(Conflict, match=f"cannot go from {current} to {wanted}; "):
                move(session, project, wanted, END, reason="other")


def test_a_dossier_says_what_the_next_gate_lacks(session: Session) -> None:
    project = drafted(session, goals=[], lines=[line("材料", "cost", None)])
    shown = found.get_project(session, project.id, TODAY)
    assert shown["next"] is P.SUBMITTED
    assert [each["en"].partition(";")[0] for each in shown["lacking"]] == [
        "the paper application (项目申请书) is missing",
        "the paper plan (实施方案) is missing",
        "the paper budget (预算表) is missing",
        "the paper own_share (自筹资金承诺书) is missing",
        "it has no goal",
        "a line of the budget has no amount",
        "a subsidised project brings in 30 % of its money itself",
    ]


@pytest.mark.parametrize(
    ("route", "lines", "told"),
    [
        ("subsidised", [line("材料", "cost", 9000), line("补贴", "government", 8000)], "9000"),
        ("purchased", MONEY["subsidised"], "by the government alone"),
        ("subsidised", MONEY["purchased"], "brings in 30 %"),
        ("awarded", MONEY["subsidised"], "asks for no money beforehand"),
    ],
)
def test_a_budget_balances_and_fits_its_route(
    session: Session, route: str, lines: Any, told: str
) -> None:
    project = drafted(session, route, lines=lines)
    file(session, project, *gates(Route(route))[P.SUBMITTED].papers)
    with pytest.raises(Invalid, match=told):
        move(session, project, "submitted")


def test_it_is_settled_when_what_was_spent_balances(session: Session) -> None:
    project = led_to(session, drafted(session, "purchased"), P.CLOSING)
    with pytest.raises(Invalid, match="no actual amount"):
        move(session, project, "settled", END)
    spend(session, project, 8000, 9000, 2000, 2000)
    with pytest.raises(Invalid, match="costs are 8000 and means 9000"):
        move(session, project, "settled", END)
    left = {"title": "结余退回", "nature": "money", "side": "cost", "actual": 1000}
    spend(session, project, 8000, 9000, 2000, 2000, more=[left])
    assert move(session, project, "settled", END).state is P.SETTLED
    with pytest.raises(Conflict, match="nothing changes in it"):
        file(session, project, "audit")


def test_approval_waits_for_the_end_of_the_public_notice(session: Session) -> None:
    project = led_to(session, drafted(session), P.PUBLICISED)
    assert project.notice_until == date(2026, 11, 30)  # five workdays after a Monday
    with pytest.raises(Invalid, match="runs to the end of 2026-11-30"):
        move(session, project, "approved", date(2026, 11, 30))
    assert move(session, project, "approved", date(2026, 12, 1)).state is P.APPROVED


def test_a_notice_is_counted_in_calendar_days_or_in_workdays_with_their_make_up_days() -> None:
    before_new_year = date(2026, 2, 13)  # a Friday; the 14th is a make-up workday, then nine off
    assert notice_end(before_new_year, 5, lambda _: True) == date(2026, 2, 18)
    assert notice_end(before_new_year, 2, published) == date(2026, 2, 24)


@unhurried
@given(some.dates(date(2026, 1, 1), date(2026, 12, 1)), some.integers(1, 20))
def test_a_notice_ends_on_a_workday_with_as_many_workdays_in_it(begun: date, days: int) -> None:
    last = notice_end(begun, days, published)
    between = [begun + timedelta(days=n) for n in range(1, (last - begun).days + 1)]
    assert sum(map(published, between)) == days
    assert published(last)


def test_a_good_project_passes_all_five_tests() -> None:
    good = dict.fromkeys(Merit, 4)
    assert verdict([good, good]) == []
    assert verdict([good])[0][1].startswith("1 of 2 reviews")
    selfish = good | {Merit.FREE_MIND: 1}
    assert verdict([selfish, selfish])[0][1].startswith("free_mind has 1.0")
    assert "it has 2.0 of 5 points" in verdict([dict.fromkeys(Merit, 2)] * 2)[0][1]


def test_who_drafted_it_neither_reviews_nor_decides(session: Session) -> None:
    project = led_to(session, drafted(session), P.REVIEWING)
    with pytest.raises(Forbidden, match="have others review it"):
        review(session, project, STAFF)
    review(session, project)
    review(session, project, effort=5)  # somebody thinks again
    assert found.get_project(session, project.id, TODAY)["scores"][Merit.EFFORT] == 5
    review(session, project, DIRECTOR)
    with pytest.raises(Forbidden, match="does not decide on projects"):
        move(session, project, "publicised", actor=STAFF)


def test_a_rejection_needs_a_reason_and_is_told(session: Session) -> None:
    project = led_to(session, drafted(session), P.REVIEWING)
    with pytest.raises(Invalid, match="goes together with rejected"):
        move(session, project, "rejected")
    move(session, project, "rejected", reason="not_needed")
    assert project.reject_reason == "not_needed"
    assert [each["state"] for each in told(session, "project.decided")] == ["rejected"]


def test_a_deadline_that_passes_is_announced_once(session: Session) -> None:
    led_to(session, drafted(session), P.SUBMITTED)
    due = TODAY + timedelta(days=10)
    for on, count in ((due, 0), (due + timedelta(days=1), 1), (due + timedelta(days=2), 0)):
        data = {"community": HERE, "today": on}
        announced = projects.announce_projects(session, data, now=at(on), actor=DIRECTOR)
        assert announced == {"announced": count}
    (said,) = told(session, "project.overdue")
    assert (said["state"], said["due_on"]) == ("submitted", due.isoformat())


def test_only_a_draft_is_changed(session: Session) -> None:
    project = drafted(session)
    data = load(of.ChangeProject(), {"project": project.id, "title": "新名字"})
    assert projects.change_project(session, data, now=at(TODAY), actor=STAFF).title == "新名字"
    led_to(session, project, P.SUBMITTED)
    with pytest.raises(Conflict, match="only a draft can be changed"):
        projects.change_project(session, data, now=at(TODAY), actor=STAFF)
    with pytest.raises(Invalid, match="swap the two"):
        drafted(session, ends_on="2026-01-01")


def test_indicators_fill_themselves_and_equal_a_recount_of_the_raw_rows(session: Session) -> None:
    pairing = running(session)
    made = visits_of(session, pairing.id)
    for visit, outcome in zip(made, ("done", "done", "not_home", "done"), strict=True):
        log(session, visit, outcome)
    verify = {"community": HERE, "until": made[-1].on}
    hours.verify_hours(session, verify, now=at(made[-1].on), actor=STAFF)
    undone = {"visit": made[0].id, "reason": "duplicate"}
    hours.reverse_hours(session, undone, now=at(made[-1].on), actor=STAFF)
    project = drafted(session)
    goals = found.get_project(session, project.id, END)["goals"]
    assert [goal["value"] for goal in goals] == [_recounted(session, goal) for goal in goals]
    assert [goal["value"] for goal in goals] == [3, 2, 0]
    early = found.get_project(session, project.id, made[0].on)["goals"]
    assert early[0]["value"] == 1


def _recounted(session: Session, goal: dict[str, Any]) -> int:
    """By hand: every row is looked at."""
    of_kind: Callable[[Pairing], bool] = lambda pairing: (  # noqa: E731
        goal["aid_kind"] is None or pairing.aid_kind == goal["aid_kind"]
    )
    if goal["indicator"] == Indicator.VISITS:
        held = [each for each in session.query(Visit) if each.state in ("done", "partial")]
        return sum(of_kind(each.pairing) for each in held)
    minutes: dict[str, int] = {}
    for entry in session.query(HourEntry).order_by(HourEntry.entered_at, HourEntry.id):
        kept = entry.state == "verified" and f"{entry.visit_id}-reversed" not in {
            each.id for each in session.query(HourEntry)
        }
        visit = session.get_one(Visit, entry.visit_id)
        if kept and of_kind(visit.pairing):
            minutes[entry.work] = entry.minutes
    return sum(minutes.values()) // 60


def test_a_running_project_is_copied_to_another_community_and_runs_there(session: Session) -> None:
    old = led_to(session, drafted(session), P.RUNNING)
    exported = of.Template().dump(copying.export_project(session, old.id, END))
    file_of = json.loads(json.dumps(exported, ensure_ascii=False))
    copy = _imported(session, file_of)
    assert (copy.state, copy.community, copy.ends_on - copy.starts_on) == (
        P.DRAFT,
        ELSEWHERE,
        old.ends_on - old.starts_on,
    )
    with pytest.raises(Invalid, match="a goal has no target"):
        move(session, copy, "submitted", actor=Actor())
    lines = [each | {"planned": old.lines[at]["planned"]} for at, each in enumerate(copy.lines)]
    goals = [each | {"target": 9} for each in copy.goals]
    data = load(of.ChangeProject(), {"project": copy.id, "goals": goals, "lines": lines})
    projects.change_project(session, data, now=at(TODAY), actor=STAFF)
    led_to(session, copy, P.SETTLED)
    shown: Any = DossierView().dump(found.get_project(session, copy.id, END))
    assert [(each["community"], each["project"]) for each in shown["origins"]] == [(HERE, old.id)]
    again = copying.export_project(session, copy.id, END)
    assert [each["community"] for each in again["origins"]] == [HERE, ELSEWHERE]


def _imported(session: Session, template: dict[str, Any]) -> Project:
    partner = a_school(session, community=ELSEWHERE, name="邻区小学")
    facts = {"community": ELSEWHERE, "partner": partner, "starts_on": TODAY.isoformat()}
    data = load(of.ImportProject(), facts | {"template": template})
    return copying.import_project(session, data, now=at(TODAY, 9), actor=STAFF)


def test_a_template_holds_no_person_and_no_figure_of_the_old_place(session: Session) -> None:
    running(session)
    old = led_to(session, drafted(session), P.RUNNING)
    text = json.dumps(of.Template().dump(copying.export_project(session, old.id, END)))
    template = json.loads(text)
    assert "68" not in template["summary"]
    assert "每周探访＿户老人" in [each["title"] for each in template["goals"]]
    secrets = (STAFF.id, somebody()["name"], "13800138000", "target", "planned", "reference")
    for secret in (*secrets, "6000", "P01", "H001", "V001"):
        assert secret not in json.loads(json.dumps(text)), secret
    assert without_figures("2026年11月，3.5万元、８０人") == "＿年＿月，＿万元、＿人"


def test_what_is_no_template_or_did_not_begin_is_refused(session: Session) -> None:
    project = drafted(session)
    with pytest.raises(Conflict, match="it can be copied once it runs"):
        copying.export_project(session, project.id, TODAY)
    good = of.Template().dump(
        copying.export_project(session, led_to(session, project, P.RUNNING).id, END)
    )
    wrongs: list[dict[str, Any]] = [
        {"format": "recipe"},
        {"version": 2},
        {"route": "gift"},
        {"origins": []},
    ]
    for wrong in wrongs:
        with pytest.raises(Invalid):
            _imported(session, good | wrong)


@unhurried
@given(
    some.lists(
        some.fixed_dictionaries(
            {
                "nature": some.sampled_from(("money", "in_kind")),
                "side": some.sampled_from(("cost", "government", "own", "partner")),
                "planned": some.integers(0, 99),
            }
        )
    )
)
def test_lines_balance_exactly_when_costs_and_means_are_equal(lines: list[dict[str, Any]]) -> None:
    def total(nature: str, cost: bool) -> int:
        return sum(
            each["planned"]
            for each in lines
            if each["nature"] == nature and (each["side"] == "cost") == cost
        )

    equal = all(total(nature, True) == total(nature, False) for nature in ("money", "in_kind"))
    assert (unbalanced(lines, "planned") == []) == equal


def test_only_aid_of_the_goals_kind_is_counted(session: Session) -> None:
    pairing = running(session)
    log(session, visits_of(session, pairing.id)[0], "done")
    goals = [
        {"title": kind.zh, "indicator": name, "aid_kind": kind, "target": 1}
        for kind in (AidKind.ELDERLY, AidKind.SCHOOLING)
        for name in ("visits", "households", "volunteers", "gifts", "attendance")
    ]
    project = drafted(session, goals=goals)
    values = [goal["value"] for goal in found.get_project(session, project.id, END)["goals"]]
    assert values == [1, 1, 1, 0, 0] + [0] * 5


def test_things_and_attendances_equal_a_recount_too(session: Session) -> None:
    hear(session, aid_kind="hardship", service="supplies")
    for quantity, last in ((6, "receipt"), (3, "receipt"), (5, "deliver")):
        gift = ready(session, quantity=quantity)
        gift_step(session, gift, "reserve", need=NEED)
        gift_step(session, gift, "deliver")
        if last == "receipt":
            gift_step(session, gift, last, COLLEAGUE)
    a_camp(session)
    for code in ("V001", "V002"):
        an_adult(session, code)
    enrolments = enrol(session, "K001", "K002", "K003")
    for enrolment in enrolments:
        confirm(session, enrolment)
    for enrolment in enrolments[:2]:
        comes(session, enrolment, on_the_day(9))
    goals = [
        {"title": "物资", "indicator": "gifts", "aid_kind": kind, "target": 9}
        for kind in (None, "hardship", "elderly")
    ]
    goals.append({"title": "到场", "indicator": "attendance", "target": 9})
    project = drafted(session, goals=goals)
    values = [goal["value"] for goal in found.get_project(session, project.id, END)["goals"]]
    things = sum(each.quantity for each in session.query(Gift) if each.state == "receipted")
    came = sum(each.state in ("attended", "left_early") for each in session.query(Enrolment))
    assert values == [things, things, 0, came] == [9, 9, 0, 2]
