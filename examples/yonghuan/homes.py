"""The 68 low-income households: who lives together, where, and whom they let in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

import names
from people import REFERENCE_DATE, Person, Registry, born_at_age, born_for_grade
from places import BUILDINGS


@dataclass(frozen=True)
class Who:
    """A place in a family. With `grades` the person goes to school and `ages` is not looked at."""

    role: str
    gender: str
    ages: tuple[int, int] = (0, 0)
    disability: str = "none"
    grades: tuple[int, int] | None = None


@dataclass(frozen=True)
class Family:
    """`count` households of one shape. `gender` and `minors` fix whom they let in; else drawn."""

    count: int
    members: tuple[Who, ...]
    korean: bool = False
    gender: str = ""
    minors: str = ""


@dataclass(frozen=True)
class Member:
    role: str
    person: Person
    disability: str
    grade: int | None


@dataclass(frozen=True)
class Home:
    """One household. `gender_wanted` and `minors_welcome` speak of the volunteers it lets in."""

    code: str
    building: int
    address: str
    phone: str
    gender_wanted: str
    minors_welcome: str
    consent: str
    members: tuple[Member, ...]
    korean: bool

    @property
    def elders(self) -> list[Member]:
        return [member for member in self.members if member.person.age >= 60]

    @property
    def disabled(self) -> list[Member]:
        return [member for member in self.members if member.disability != "none"]

    @property
    def pupils(self) -> list[Member]:
        return [member for member in self.members if member.grade]

    @property
    def alone(self) -> bool:
        return len(self.members) == 1


OLD, VERY_OLD, MIDDLE = (64, 78), (80, 95), (38, 56)
WIFE = Who("spouse", "female", (60, 79))
CHILD = Who("child", "any", grades=(1, 9))
GRANDCHILD = Who("other", "any", grades=(1, 8))

FAMILIES = (
    # elders on their own
    Family(7, (Who("head", "female", VERY_OLD),)),
    Family(2, (Who("head", "male", VERY_OLD),)),
    Family(1, (Who("head", "female", VERY_OLD),), minors="no"),
    Family(3, (Who("head", "female", OLD),)),
    Family(1, (Who("head", "male", OLD),)),
    Family(1, (Who("head", "female", (76, 84)),), korean=True),
    Family(1, (Who("head", "female", OLD, "visual"),), gender="any"),
    Family(1, (Who("head", "male", (70, 84), "physical"),), gender="male"),
    # elders together, or with a grown-up child
    Family(5, (Who("head", "male", (68, 84)), WIFE)),
    Family(2, (Who("head", "male", (72, 88)), Who("spouse", "female", (68, 82), "physical"))),
    Family(1, (Who("head", "male", (70, 80)), WIFE), korean=True),
    Family(3, (Who("head", "female", OLD), Who("child", "any", (34, 42), "intellectual"))),
    Family(1, (Who("head", "female", OLD), Who("child", "male", (30, 42), "mental"))),
    Family(1, (Who("head", "male", MIDDLE, "multiple"), Who("parent", "female", VERY_OLD))),
    # grandparents who bring up a grandchild, and three generations
    Family(3, (Who("head", "female", OLD), GRANDCHILD)),
    Family(2, (Who("head", "male", (66, 76)), WIFE, GRANDCHILD)),
    Family(
        2,
        (
            Who("head", "male", (38, 48)),
            Who("spouse", "female", (36, 46)),
            CHILD,
            Who("parent", "female", (66, 78)),
        ),
    ),
    Family(
        1,
        (
            Who("head", "male", (40, 48), "physical"),
            Who("spouse", "female", (38, 46)),
            Who("child", "any", grades=(5, 9)),
            Who("child", "any", grades=(1, 4)),
            Who("parent", "male", (68, 78)),
        ),
    ),
    # parents and children
    Family(3, (Who("head", "female", (33, 46)), CHILD)),
    Family(
        1, (Who("head", "female", (38, 46)), Who("child", "female", grades=(9, 9))), True, "female"
    ),
    Family(2, (Who("head", "female", (36, 46)), CHILD, CHILD)),
    Family(1, (Who("head", "male", (36, 48)), CHILD)),
    Family(2, (Who("head", "male", (38, 48)), Who("spouse", "female", (36, 46)), CHILD)),
    Family(
        2, (Who("head", "male", (38, 48), "physical"), Who("spouse", "female", (36, 46)), CHILD)
    ),
    Family(
        2,
        (
            Who("head", "male", (38, 46)),
            Who("spouse", "female", (35, 45)),
            Who("child", "any", disability="intellectual", grades=(2, 7)),
        ),
    ),
    # people of working age
    Family(2, (Who("head", "male", MIDDLE, "physical"),)),
    Family(1, (Who("head", "female", MIDDLE, "visual"),)),
    Family(1, (Who("head", "male", MIDDLE, "mental"),), minors="no"),
    Family(1, (Who("head", "male", MIDDLE, "hearing"), Who("spouse", "female", MIDDLE, "hearing"))),
    Family(4, (Who("head", "male", MIDDLE), Who("spouse", "female", (36, 54)))),
    Family(3, (Who("head", "male", (44, 58)),)),
    Family(2, (Who("head", "female", (44, 58)), Who("child", "any", (19, 24)))),
    Family(1, (Who("head", "male", (40, 52)), Who("parent", "female", (74, 82)))),
    Family(1, (Who("head", "female", (44, 55)), Who("parent", "male", (72, 82), "hearing"))),
    Family(1, (Who("head", "female", (42, 55)),)),
)


def homes(registry: Registry) -> list[Home]:
    """All households, in the order of their codes."""
    families = [family for family in FAMILIES for _ in range(family.count)]
    registry.chance.shuffle(families)
    return [_home(registry, number, family) for number, family in enumerate(families, start=1)]


def _home(registry: Registry, number: int, family: Family) -> Home:
    chance, building = registry.chance, registry.chance.choice(list(BUILDINGS))
    unit, floor, door = chance.randint(1, 4), chance.randint(1, 7), chance.randint(1, 3)
    members = tuple(_members(registry, family))
    return Home(
        code=f"H{number:03d}",
        building=building,
        address=f"沈河区永环社区{building}号楼{unit}单元{floor}0{door}室",
        phone=registry.phone(),
        gender_wanted=family.gender or _gender_wanted(chance, members),
        minors_welcome=family.minors or chance.choices(("yes", "no"), weights=(4, 1))[0],
        consent=_consent(chance),
        members=members,
        korean=family.korean,
    )


def _members(registry: Registry, family: Family) -> Iterator[Member]:
    """Wives and mothers keep their own surname; children bear their father's, here or gone."""
    surnames = names.KOREAN_SURNAMES if family.korean else names.SURNAMES
    head, absent_father = (names.surname(registry.chance, surnames) for _ in range(2))
    father = head if family.members[0].gender == "male" else absent_father
    by_role = {"head": head, "child": father, "other": father}
    for who in family.members:
        gender = who.gender if who.gender != "any" else registry.chance.choice(("female", "male"))
        grade = registry.chance.randint(*who.grades) if who.grades else None
        surname = head if (who.role, gender) == ("parent", "male") else by_role.get(who.role)
        person = registry.person(gender, _born(registry.chance, who, grade), surname)
        yield Member(who.role, person, who.disability, grade)


def _born(chance: Random, who: Who, grade: int | None) -> date:
    return born_for_grade(chance, grade) if grade else born_at_age(chance, *who.ages)


def _gender_wanted(chance: Random, members: tuple[Member, ...]) -> str:
    """A woman who lives alone often wants women only."""
    alone = len(members) == 1 and members[0].person.gender == "female"
    return "female" if alone and chance.random() < 0.35 else "any"


def _consent(chance: Random) -> str:
    """Purposes with the date they were agreed to; everybody agreed to be matched and called."""
    on = date(2026, 9, 1) + timedelta(days=chance.randrange(60))
    purposes = ["matching", "contact"] + ["statistics"] * (chance.random() < 0.5)
    return "|".join(f"{purpose}:{on}" for purpose in purposes)


def certificate(chance: Random) -> tuple[date, date, bool]:
    """What the civil-affairs office says of a household: certified on, valid until, income stable.

    A year where the income is stable, else half a year.
    """
    certified_on = REFERENCE_DATE - timedelta(days=chance.randrange(3, 80))
    stable = chance.random() < 0.75
    return certified_on, certified_on + timedelta(days=365 if stable else 182), stable
