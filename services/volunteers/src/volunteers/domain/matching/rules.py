"""The rules of matching as data: bounds, required papers, weights.

A community may keep a set of its own; `DEFAULT_RULES` is the one it starts with. Where a value
has a source, the source stands beside it; the others are choices, to be changed by the community.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from volunteers.domain.calendar import Slot

FACTOR_NAMES = (
    "distance",
    "skills",
    "language",
    "schedule",
    "continuity",
    "load",
    "age_fit",
)
"""The named parts of a score, in the order in which they are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One versioned set of rules. Raises ValueError, naming the value, where it makes no sense.

    weights             factor name → whole number ≥ 0; a factor's contribution to the score is
                        weight × value, the value in thousandths
    distance_m          aid kind → the farthest a volunteer is sent, in metres, great circle
    clearances          aid kind → clearances needed for every such need
    clearances_with_minors  clearances needed besides where a minor is involved
    languages_required  languages that a household cannot do without: who does not speak the
                        one a need names is not eligible; others only count in the score
    relevant_skills     aid kind → skills worth having beyond those the need requires
    tutoring            services for which the helper's age or profession counts
    tutoring_year_gap   school years a pupil must be ahead of the one they tutor
    minimum_overlap     the shortest common time worth a visit, in minutes
    days_a_week         frequency → on how many days of the week there must be time; others one
    at_school           kinds of volunteers who are at school in term
    school_hours        when that is, in the week's calendar
    school_breaks       from and to, days included: what a single visit then needs not respect
    keep_margin         points of score that a new volunteer must bring more than the one who is
                        proposed already, before a proposal that nobody accepted yet is moved
    """

    version: str
    weights: Mapping[str, int]
    distance_m: Mapping[str, int]
    clearances: Mapping[str, frozenset[str]]
    clearances_with_minors: frozenset[str]
    languages_required: frozenset[str]
    relevant_skills: Mapping[str, frozenset[str]]
    tutoring: frozenset[str]
    tutoring_year_gap: int
    minimum_overlap: int
    # what came later has the values that older sets of rules, which lack them, were used with
    days_a_week: Mapping[str, int] = field(default_factory=lambda: {"twice_weekly": 2})
    at_school: frozenset[str] = frozenset()
    school_hours: tuple[Slot, ...] = ()
    school_breaks: tuple[tuple[date, date], ...] = ()
    keep_margin: int = 0

    def __post_init__(self) -> None:
        if not 0 < len(self.version) <= 80:
            raise ValueError(f"version is {self.version!r}; name the set in 1 to 80 characters")
        if set(self.weights) != set(FACTOR_NAMES):
            odd = ", ".join(sorted(set(self.weights) ^ set(FACTOR_NAMES)))
            raise ValueError(f"weights must name every factor once; look at: {odd}")
        for name, (least, most) in _BOUNDS.items():
            value = getattr(self, name)
            rows = value.items() if isinstance(value, Mapping) else [("", value)]
            for key, number in rows:
                _whole(f"{name}.{key}".rstrip("."), number, least, most)
        for first, last in self.school_breaks:
            if first > last:
                raise ValueError(
                    f"school_breaks: {first} is after {last}; give the first day first"
                )

    @property
    def best_score(self) -> int:
        """The score of a pair for which every factor is at its best."""
        return 1000 * sum(self.weights.values())

    @property
    def most_points(self) -> int:
        """More than any pair's score, the margin for keeping it included."""
        return self.best_score + self.keep_margin + 1

    def reach(self, aid_kind: str) -> int:
        """The distance bound in metres; ValueError for an aid kind the rules don't know."""
        try:
            return self.distance_m[aid_kind]
        except KeyError:
            known = ", ".join(sorted(self.distance_m))
            raise ValueError(
                f"rules {self.version} set no distance for aid kind {aid_kind!r}; "
                f"add it under distance_m (known: {known})"
            ) from None

    def needed_clearances(self, aid_kind: str, *, involves_minor: bool) -> frozenset[str]:
        asked = self.clearances.get(aid_kind, frozenset())
        return asked | self.clearances_with_minors if involves_minor else asked

    def in_break(self, today: date) -> bool:
        """Whether school is out."""
        return any(first <= today <= last for first, last in self.school_breaks)

    def to_data(self) -> dict[str, Any]:
        """JSON-safe and complete: `Rules.from_data(rules.to_data()) == rules`."""
        return {each.name: _json_safe(getattr(self, each.name)) for each in fields(self)}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Rules":
        """Raises ValueError that names each missing or unknown key, and any value of a wrong kind.

        What came later than the first version may be missing.
        """
        names = {each.name for each in fields(cls)}
        unknown, missing = set(data) - names, names - set(data) - _LATER
        if unknown or missing:
            odd = ", ".join(sorted(unknown | missing))
            raise ValueError(f"rules must have exactly the known keys; look at: {odd}")
        return cls(**{name: _revived(name, data[name]) for name in sorted(data)})


_LATER = frozenset({"days_a_week", "at_school", "school_hours", "school_breaks", "keep_margin"})

_BOUNDS = {
    # the sum of a million scores must stay far below 2**63
    "weights": (0, 10_000),
    "distance_m": (1, 20_000_000),
    "tutoring_year_gap": (0, 12),
    "minimum_overlap": (1, 1440),
    "days_a_week": (1, 7),
    "keep_margin": (0, 10_000_000),
}
"""The least and the greatest value of each number."""


def _whole(name: str, value: object, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{name} is {value!r}; write a whole number from {least} to {most}")


def _json_safe(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return {key: _json_safe(value[key]) for key in sorted(value)}
    if isinstance(value, tuple):
        return [_json_safe(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return value.to_data() if isinstance(value, Slot) else value


def _revived(name: str, value: Any) -> Any:
    kind, revive = _KINDS.get(name, (object, _same))
    if not isinstance(value, kind):
        wanted = {Mapping: "a mapping", list: "a list", str: "a text"}[kind]
        raise ValueError(f"{name} is {value!r}; write {wanted}")
    try:
        return revive(value)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{name} holds what cannot be read: {error}") from None


def _same(value: Any) -> Any:
    return value


def _codes(value: Any) -> frozenset[str]:
    odd = [each for each in value if not isinstance(each, str)]
    if odd or isinstance(value, str):
        raise ValueError(f"{odd[0] if odd else value!r} is not in a list of codes")
    return frozenset(value)


def _sets(value: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    return {key: _codes(codes) for key, codes in value.items()}


def _slots(value: list[Any]) -> tuple[Slot, ...]:
    return tuple(Slot.from_data(each) for each in value)


def _periods(value: list[Any]) -> tuple[tuple[date, date], ...]:
    return tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in value)


_KINDS: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "version": (str, _same),
    "weights": (Mapping, dict),
    "distance_m": (Mapping, dict),
    "days_a_week": (Mapping, dict),
    "clearances": (Mapping, _sets),
    "relevant_skills": (Mapping, _sets),
    "clearances_with_minors": (list, _codes),
    "languages_required": (list, _codes),
    "tutoring": (list, _codes),
    "at_school": (list, _codes),
    "school_hours": (list, _slots),
    "school_breaks": (list, _periods),
}
"""What a value must be as data, and how it is read."""

ADULT_AGE = 18
"""Civil Code of China (民法典) art. 17, Law on the Protection of Minors (未成年人保护法) art. 2:
under eighteen is a minor. Art. 19 of the Code: a minor's undertakings need the guardian's
consent. That an adult comes along is the duty of care of Regulations on Voluntary Service
(志愿服务条例, State Council Decree 685 of 2017) art. 15: work must fit the volunteer's age."""

_WALKING_CIRCLE_M = 1000
"""GB 50180-2018 《城市居住区规划设计标准》: the fifteen-minute circle is 800–1000 m on foot."""

_SCHOOL_HOURS = tuple(Slot(day, 8 * 60, 16 * 60) for day in range(1, 6))
"""Ministry of Education, 《关于进一步加强中小学生睡眠管理工作的通知》 of 30 March 2021: lessons
begin no earlier than 8:20 in primary and 8:00 in secondary schools. That they end
at four is a choice;
the after-school service that a pupil attends is theirs to leave out of what they promise."""

DEFAULT_RULES = Rules(
    version="default-2",
    # A choice: near and known first, since what is easy to keep up lasts; together 100.
    weights={
        "distance": 30,
        "schedule": 20,
        "continuity": 15,
        "skills": 10,
        "language": 10,
        "load": 10,
        "age_fit": 5,
    },
    distance_m=dict.fromkeys(("elderly", "disability", "hardship", "schooling"), _WALKING_CIRCLE_M),
    # The law asks for papers where minors are concerned; the aids as such ask for none.
    clearances={},
    # Law on the Protection of Minors art. 62: whoever works in close contact with minors is
    # checked for a record of violence or abuse beforehand, and is not taken on if there is one.
    clearances_with_minors=frozenset({"background_check"}),
    # Sichuan may talk with Shenyang; without signs there is no talking with a deaf person.
    languages_required=frozenset({"sign"}),
    # Decree 685 art. 15 and 16: the work fits the volunteer's knowledge and skills.
    relevant_skills={
        "elderly": frozenset({"company", "shopping", "cleaning", "escort", "phone_help"}),
        "disability": frozenset({"escort", "shopping", "cleaning", "rehab_company"}),
        "hardship": frozenset({"cleaning", "repair", "legal_advice", "job_advice", "supplies"}),
        "schooling": frozenset(
            {"tutoring_chinese", "tutoring_math", "tutoring_english", "reading", "art", "sport"}
        ),
    },
    tutoring=frozenset({"tutoring"}),
    tutoring_year_gap=2,
    minimum_overlap=30,
    days_a_week={"twice_weekly": 2},
    at_school=frozenset({"pupil"}),
    school_hours=_SCHOOL_HOURS,
    # half of the shortest way at the default weight of distance: less is not worth the confusion
    keep_margin=5000,
)
