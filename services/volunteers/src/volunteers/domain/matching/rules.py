"""The rules of matching as data: bounds, required papers, weights.

A community may keep a set of its own; `DEFAULT_RULES` is the one it starts with. Where a value
has a source, the source stands beside it; the others are choices, to be changed by the community.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

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

    def __post_init__(self) -> None:
        if set(self.weights) != set(FACTOR_NAMES):
            odd = ", ".join(sorted(set(self.weights) ^ set(FACTOR_NAMES)))
            raise ValueError(f"weights must name every factor once; look at: {odd}")
        for name, weight in self.weights.items():
            _whole(f"weights.{name}", weight, least=0)
        for kind, metres in self.distance_m.items():
            _whole(f"distance_m.{kind}", metres, least=1)
        _whole("tutoring_year_gap", self.tutoring_year_gap, least=0)
        _whole("minimum_overlap", self.minimum_overlap, least=1)

    @property
    def best_score(self) -> int:
        """The score of a pair for which every factor is at its best."""
        return 1000 * sum(self.weights.values())

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

    def to_data(self) -> dict[str, Any]:
        """JSON-safe and complete: `Rules.from_data(rules.to_data()) == rules`."""
        return {each.name: _json_safe(getattr(self, each.name)) for each in fields(self)}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Rules":
        """Raises ValueError that names each missing or unknown key."""
        names = {each.name for each in fields(cls)}
        if set(data) != names:
            odd = ", ".join(sorted(set(data) ^ names))
            raise ValueError(f"rules must have exactly the known keys; look at: {odd}")
        values = {name: _REVIVED.get(name, _same)(data[name]) for name in sorted(names)}
        return cls(**values)


def _whole(name: str, value: object, *, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{name} is {value!r}; write a whole number of at least {least}")


def _json_safe(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return {key: _json_safe(value[key]) for key in sorted(value)}
    return value


def _same(value: Any) -> Any:
    return value


def _sets(value: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    return {key: frozenset(codes) for key, codes in value.items()}


_REVIVED: dict[str, Callable[[Any], Any]] = {
    "clearances": _sets,
    "relevant_skills": _sets,
    "clearances_with_minors": frozenset,
    "languages_required": frozenset,
    "tutoring": frozenset,
}

ADULT_AGE = 18
"""Civil Code of China (民法典) art. 17, Law on the Protection of Minors (未成年人保护法) art. 2:
under eighteen is a minor. Art. 19 of the Code: a minor's undertakings need the guardian's
consent. That an adult comes along is the duty of care of Regulations on Voluntary Service
(志愿服务条例, State Council Decree 685 of 2017) art. 15: work must fit the volunteer's age."""

_WALKING_CIRCLE_M = 1000
"""GB 50180-2018 《城市居住区规划设计标准》: the fifteen-minute circle is 800–1000 m on foot."""

DEFAULT_RULES = Rules(
    version="default-1",
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
)
