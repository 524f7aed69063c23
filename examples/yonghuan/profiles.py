"""What kinds of volunteers there are: what they can, when they have time, how many of each."""

from dataclasses import dataclass

DAYTIME = tuple(f"{day} {hours}" for day in range(1, 6) for hours in ("09:00-11:30", "14:00-17:00"))
AFTER_SCHOOL = tuple(f"{day} 16:30-19:00" for day in range(1, 6))
PICK_UP = tuple(f"{day} 16:00-18:30" for day in range(1, 6))
SATURDAY = ("6 09:00-11:30", "6 13:30-16:30")
SUNDAY_EVENING = ("7 18:00-20:00",)
AT_DAWN = ("6 06:30-08:00", "7 06:30-08:00")
SUNDAY = ("7 09:00-11:30", "7 14:00-16:30")

CHILDREN = ("background_check", "child_protection")
CARE = ("background_check", "health", "first_aid")
HOME = ("background_check", "health")


@dataclass(frozen=True)
class Profile:
    """`count` volunteers of one sort. Zero and empty mean: drawn.

    `times_each` of `times` are drawn for each, and all have time `always`, so that a need for
    just that time shows who comes nearest. `perhaps` are skills some of them have besides;
    `reach` is the farthest they go, in metres; `lives` is "inside" (in one of the 24 buildings),
    "near" or "far"; `expired` is the clearance that ran out.
    """

    count: int
    kind: str
    skills: tuple[str, ...]
    aid_kinds: tuple[str, ...]
    times: tuple[str, ...]
    times_each: int = 3
    always: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    partners: tuple[str, ...] = ("P02",)
    clearances: tuple[str, ...] = CHILDREN
    languages: tuple[str, ...] = ()
    gender: str = ""
    capacity: int = 0
    reach: int = 0
    lives: str = "near"
    expired: str = ""


TEACHING = ("schooling", "elderly", "hardship")
EVENINGS = AFTER_SCHOOL + SATURDAY
WEEKENDS = SATURDAY + SUNDAY
P01, P03, P04, P05, P06, P07 = ((f"P0{number}",) for number in (1, 3, 4, 5, 6, 7))

TEACHERS = (
    Profile(10, "teacher", ("tutoring_chinese", "reading"), TEACHING, EVENINGS, perhaps=("art",)),
    Profile(10, "teacher", ("tutoring_math",), TEACHING, EVENINGS, perhaps=("repair", "reading")),
    Profile(7, "teacher", ("tutoring_english",), TEACHING, EVENINGS, languages=("english",)),
    Profile(4, "teacher", ("sport",), TEACHING, EVENINGS, perhaps=("repair", "shopping")),
    Profile(4, "teacher", ("art", "reading"), TEACHING, EVENINGS, perhaps=("company",)),
    Profile(5, "teacher", ("phone_help", "company"), TEACHING, EVENINGS, perhaps=("supplies",)),
    Profile(
        2, "teacher", ("legal_advice", "job_advice"), ("hardship",), EVENINGS,
        always=SUNDAY_EVENING, reach=3000, lives="far",
    ),
    # the one who teaches mathematics and English and speaks Korean: a man
    Profile(
        1, "teacher", ("tutoring_math", "tutoring_english"), ("schooling",), EVENINGS,
        always=SUNDAY_EVENING, languages=("korean", "english"), gender="male", capacity=1,
        reach=1500, lives="inside",
    ),
    # would be the only one for English with drawing, had the background check not run out
    Profile(
        1, "teacher", ("tutoring_english", "art"), TEACHING, EVENINGS, times_each=7,
        languages=("english",), gender="female", reach=1500, lives="inside",
        expired="background_check",
    ),
    Profile(1, "teacher", ("reading", "company"), TEACHING, EVENINGS, times_each=4),
)  # fmt: skip

PARENTS = (
    Profile(
        8, "parent", ("reading",), ("schooling", "hardship"), PICK_UP + WEEKENDS, times_each=4,
        perhaps=("sport", "supplies", "shopping"),
    ),
    Profile(
        4, "parent", ("tutoring_math",), ("schooling", "hardship"), PICK_UP + WEEKENDS,
        times_each=4, perhaps=("repair", "supplies"),
    ),
    Profile(
        5, "parent", ("shopping", "cleaning"), ("hardship", "elderly"), PICK_UP + WEEKENDS,
        times_each=4, perhaps=("supplies", "company"),
    ),
    Profile(
        3, "parent", ("job_advice", "supplies"), ("hardship",), PICK_UP + WEEKENDS, times_each=4,
    ),
)  # fmt: skip

RESIDENTS = (
    Profile(
        7, "resident", ("company", "shopping"), ("elderly", "disability"), DAYTIME,
        perhaps=("cleaning",), partners=P01 + P04, clearances=HOME,
    ),
    Profile(
        7, "resident", ("cleaning", "shopping"), ("elderly", "disability", "hardship"), DAYTIME,
        perhaps=("supplies",), partners=P01 + P07, clearances=HOME,
    ),
    Profile(
        9, "resident", ("escort", "company"), ("elderly", "disability"), DAYTIME, times_each=4,
        partners=P01 + P04, clearances=CARE,
    ),
    Profile(
        4, "resident", ("rehab_company", "escort"), ("disability", "elderly"), DAYTIME,
        times_each=4, partners=P01 + P03, clearances=CARE,
    ),
    # company in rehabilitation together with housework: women only
    Profile(
        2, "resident", ("rehab_company", "cleaning"), ("disability", "elderly"), DAYTIME,
        always=SUNDAY_EVENING, partners=P01, clearances=CARE, gender="female",
    ),
    Profile(
        4, "resident", ("repair", "supplies"), ("hardship", "elderly"), DAYTIME + SATURDAY,
        times_each=4, partners=P01, clearances=HOME, gender="male", capacity=1,
    ),
    Profile(
        3, "resident", ("legal_advice",), ("hardship",), DAYTIME + SATURDAY, times_each=5,
        partners=P01, clearances=HOME, capacity=3,
    ),
    Profile(1, "resident", ("job_advice",), ("hardship",), DAYTIME, partners=P01, clearances=HOME),
    Profile(
        2, "resident", ("art",), ("schooling", "elderly"), DAYTIME + WEEKENDS, partners=P06 + P07,
    ),
    # tai chi, without the background check that anything with a child asks for
    Profile(
        2, "resident", ("sport", "company"), ("elderly", "schooling"), DAYTIME, always=AT_DAWN,
        partners=P03, clearances=("health",), reach=1500,
    ),
    Profile(
        2, "resident", ("phone_help", "company"), ("elderly",), DAYTIME, partners=P05,
        clearances=HOME, languages=("english",),
    ),
    # the only one for the doctor's and the phone together, for one household at a time
    Profile(
        1, "resident", ("escort", "phone_help"), ("elderly",), DAYTIME, times_each=8, partners=P04,
        clearances=CARE, languages=("korean",), gender="female", capacity=1, reach=1000,
    ),
    Profile(
        1, "resident", ("cleaning", "shopping"), ("elderly",), DAYTIME, partners=P01,
        clearances=HOME, expired="background_check",
    ),
)  # fmt: skip

# Pupils take times out of their companion's, so they name none. Only pupils can do both: help
# with the phone and draw.
CARING = ("elderly", "hardship")
PUPILS = (
    Profile(16, "pupil", ("company", "reading"), CARING, (), clearances=()),
    Profile(14, "pupil", ("company", "phone_help"), CARING, (), clearances=()),
    Profile(8, "pupil", ("phone_help", "art", "company"), CARING, (), clearances=()),
    Profile(6, "pupil", ("art", "company"), ("elderly", "schooling"), (), clearances=()),
    Profile(6, "pupil", ("sport", "reading"), ("schooling", "elderly"), (), clearances=()),
)

OFFERS = TEACHERS + PARENTS + RESIDENTS + PUPILS
