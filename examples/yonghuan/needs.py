"""What the households need: drawn to fit who lives there, and a few placed on purpose."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from homes import Home, Member
from people import REFERENCE_DATE
from wishes import DISABILITY, ELDERLY, HARDSHIP, PLACED, SCHOOLING, Placed, Wish

URGENCIES = ("routine", "soon", "urgent")
TERM_ENDS = date(2027, 1, 15)


@dataclass(frozen=True)
class Need:
    """One need of a household; times are Asia/Shanghai."""

    household: str
    number: str
    wish: Wish
    urgency: str
    frequency: str
    minutes: int
    slots: tuple[str, ...]
    languages: tuple[str, ...]
    grade: int | None
    starts_on: date
    ends_on: date | None

    @property
    def skills(self) -> tuple[str, ...]:
        return self.wish.skills or (self.wish.service,)


def needs(chance: Random, homes: list[Home]) -> list[Need]:
    """All needs, household by household, numbered from N1 in each; a placed one is the last."""
    placed = _placed(homes)
    return [
        _need(chance, home, f"N{number}", wish)
        for home in homes
        for number, wish in enumerate([*_drawn(chance, home), *_wishes(placed, home)], start=1)
    ]


def impossible(homes: list[Home], needs: list[Need]) -> Iterator[tuple[str, str, str, str]]:
    """(household, number, cause, why) of the needs that nobody can meet."""
    last = {need.household: need for need in needs}
    for code, one in sorted(_placed(homes).items()):
        if one.cause:
            yield code, last[code].number, one.cause, one.why


def _placed(homes: list[Home]) -> dict[str, Placed]:
    """Gives each wish of `PLACED` to a household of its own."""
    given: dict[str, Placed] = {}
    for one in PLACED:
        home = next(home for home in homes if home.code not in given and one.fits(home))
        given[home.code] = one
    return given


def _wishes(placed: dict[str, Placed], home: Home) -> list[Wish]:
    return [placed[home.code].wish] if home.code in placed else []


def _drawn(chance: Random, home: Home) -> list[Wish]:
    """What this household asks for: at least one thing, each service once."""
    suitable = _suitable(chance, home)
    wanted = {(wish.aid_kind, wish.service, wish.skills): wish for wish in suitable}
    return list(wanted.values()) or [chance.choice(ELDERLY if home.elders else HARDSHIP)]


def _suitable(chance: Random, home: Home) -> Iterator[Wish]:
    if home.elders and (home.alone or chance.random() < 0.75):
        yield from chance.sample(ELDERLY, k=1 + (home.alone and chance.random() < 0.4))
    if home.disabled:
        yield chance.choice(DISABILITY)
    if chance.random() < (0.1 if home.elders else 0.6):
        yield chance.choice(HARDSHIP)
    for pupil in home.pupils:
        yield _for_pupil(chance, pupil)


def _for_pupil(chance: Random, pupil: Member) -> Wish:
    grade = pupil.grade or 0
    return chance.choice([one for one in SCHOOLING if one.grades[0] <= grade <= one.grades[1]])


def _need(chance: Random, home: Home, number: str, wish: Wish) -> Need:
    starts_on = REFERENCE_DATE + timedelta(days=chance.choice((0, 0, 0, 7, 7, 14)))
    frequency = chance.choice(wish.frequencies)
    return Need(
        household=home.code,
        number=number,
        wish=wish,
        urgency=wish.urgency or chance.choices(URGENCIES, weights=(6, 3, 1))[0],
        frequency=frequency,
        minutes=chance.choice(wish.minutes),
        slots=tuple(sorted(chance.sample(wish.times, k=min(wish.slots, len(wish.times))))),
        languages=wish.languages or _languages(chance, home),
        grade=_grade(home, wish),
        starts_on=starts_on,
        ends_on=_ends_on(starts_on, frequency, wish),
    )


def _languages(chance: Random, home: Home) -> tuple[str, ...]:
    """Very old people often want to be spoken to in the dialect."""
    very_old = any(member.person.age >= 80 for member in home.members)
    return ("shenyang_dialect",) if very_old and chance.random() < 0.5 else ("mandarin",)


def _grade(home: Home, wish: Wish) -> int | None:
    """Only tutoring asks for the grade; the first child whom the wish suits."""
    if wish.service != "tutoring":
        return None
    low, high = wish.grades
    return next(one.grade for one in home.pupils if low <= (one.grade or 0) <= high)


def _ends_on(starts_on: date, frequency: str, wish: Wish) -> date | None:
    if frequency == "once":
        return starts_on + timedelta(days=27)
    return TERM_ENDS if wish.aid_kind == "schooling" else None
