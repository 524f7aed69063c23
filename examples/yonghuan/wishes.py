"""Catalogue of what households ask for, and the requests that are placed on purpose: most of those
can be met by nobody, each for another reason.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from homes import Home

DAYTIME = tuple(f"{day} {hours}" for day in range(1, 6) for hours in ("09:00-11:00", "14:00-16:00"))
AFTERNOON = tuple(f"{day} 16:30-18:30" for day in range(1, 6))
SATURDAY = ("6 09:00-11:00", "6 14:00-16:00")
SUNDAY_EVENING = ("7 18:00-20:00",)
AT_DAWN = ("6 06:30-08:00", "7 06:30-08:00")
WEEKEND = (*SATURDAY, "7 09:00-11:00", "7 14:00-16:00")


@dataclass(frozen=True)
class Wish:
    """One thing to ask for. `skills` empty means the service itself; as many times as `slots`
    says are drawn from `times`; one of `minutes` and one of `frequencies` is drawn; urgency and
    languages too, where they are empty.
    """

    aid_kind: str
    service: str
    note: str
    times: tuple[str, ...]
    slots: int = 2
    minutes: tuple[int, ...] = (60, 90)
    frequencies: tuple[str, ...] = ("weekly",)
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    grades: tuple[int, int] = (1, 9)
    urgency: str = ""


ELDERLY = (
    Wish("elderly", "company", "希望有人来说说话、读读报", DAYTIME + WEEKEND + AFTERNOON, 2),
    Wish("elderly", "company", "子女不在身边，希望常有人探望", DAYTIME + WEEKEND, 4, (60,),
         ("twice_weekly", "weekly")),
    Wish("elderly", "shopping", "代买米面和日用品", DAYTIME, 3, (60,)),
    Wish("elderly", "cleaning", "帮助打扫和整理房间", DAYTIME, 2, (90, 120), ("fortnightly",)),
    Wish("elderly", "escort", "陪同去医院复查", DAYTIME, 2, (90, 120), ("monthly",)),
    Wish("elderly", "phone_help", "想学会用手机视频和挂号", AFTERNOON + WEEKEND, 2, (60,)),
)  # fmt: skip

DISABILITY = (
    Wish("disability", "escort", "陪同到康复中心", DAYTIME, 3, (90, 120), ("fortnightly",)),
    Wish("disability", "shopping", "出门不便，请人代买", DAYTIME, 2, (60,)),
    Wish("disability", "cleaning", "帮助做家务", DAYTIME, 2, (90,), ("weekly", "fortnightly")),
    Wish("disability", "rehab_company", "陪伴做康复练习", DAYTIME, 2, (60,)),
)

HARDSHIP = (
    Wish("hardship", "cleaning", "入冬前擦窗、封窗缝", DAYTIME + WEEKEND, 3, (90,),
         ("monthly",)),
    Wish("hardship", "repair", "水龙头和灯具小修", DAYTIME + SATURDAY, 3, (60,), ("once",)),
    Wish("hardship", "legal_advice", "咨询低保和医保政策", DAYTIME, 3, (60,), ("once", "monthly")),
    Wish("hardship", "job_advice", "想找附近的工作，请人指点", DAYTIME + WEEKEND, 4, (60,),
         ("fortnightly",)),
    Wish("hardship", "supplies", "领取并送上门的米面油", SATURDAY + AFTERNOON, 3, (60,),
         ("monthly",)),
)  # fmt: skip

SCHOOLING = (
    Wish("schooling", "tutoring", "语文作业和作文", AFTERNOON + SATURDAY, 2,
         skills=("tutoring_chinese",)),
    Wish("schooling", "tutoring", "数学补弱", AFTERNOON + SATURDAY, 2, skills=("tutoring_math",)),
    Wish("schooling", "tutoring", "英语听说和单词", AFTERNOON + SATURDAY, 3,
         skills=("tutoring_english",), grades=(3, 9)),
    Wish("schooling", "reading", "陪孩子读书", AFTERNOON + WEEKEND, 2, (60,), grades=(1, 4)),
    Wish("schooling", "art", "喜欢画画，希望有人教", (*SATURDAY, "3 16:30-18:30"), 2, (60,),
         grades=(1, 6)),
    Wish("schooling", "sport", "希望有人带着锻炼", AFTERNOON + SATURDAY, 2, (60,), grades=(4, 9)),
)  # fmt: skip

WISHES = {
    "elderly": ELDERLY,
    "disability": DISABILITY,
    "hardship": HARDSHIP,
    "schooling": SCHOOLING,
}


@dataclass(frozen=True)
class Placed:
    """A request given to one household that it `fits`. `cause` is the filter because of which
    nobody can meet it, `why` the story behind; no cause: somebody can.
    """

    cause: str
    why: str
    wish: Wish
    fits: Callable[[Home], bool]


def _hearing(home: Home) -> bool:
    return any(member.disability == "hearing" for member in home.members)


def _korean_elder(home: Home) -> bool:
    return home.korean and bool(home.elders)


ESCORT_AND_PHONE = Wish(
    "elderly", "escort", "需要会朝鲜语的人陪诊并教手机挂号", DAYTIME, 6, (90,), ("monthly",),
    skills=("escort", "phone_help"), languages=("korean",), urgency="routine",
)  # fmt: skip

PLACED = (
    Placed(
        "schedule", "nobody has time that late in the evening",
        Wish("hardship", "legal_advice", "下夜班后才有时间咨询", ("2 22:00-23:00", "4 22:00-23:00"),
             minutes=(60,), frequencies=("once",)),
        lambda home: not home.elders,
    ),
    Placed(
        "schedule", "nobody has four hours at a stretch",
        Wish("elderly", "company", "家人外出时需要整个上午有人在",
             ("1 08:00-12:00", "3 08:00-12:00"), minutes=(240,)),
        lambda home: home.alone and home.members[0].person.age >= 80 and not home.korean,
    ),
    Placed(
        "skills", "nobody can do both: company in rehabilitation and small repairs",
        Wish("disability", "rehab_company", "陪做康复，并修整练习用的扶手", DAYTIME, 6, (90,),
             skills=("rehab_company", "repair")),
        lambda home: home.alone and bool(home.disabled) and home.gender_wanted == "any",
    ),
    Placed(
        "language", "nobody signs",
        Wish("disability", "rehab_company", "需要会手语的人陪伴", DAYTIME, 6, (60,),
             languages=("sign",)),
        _hearing,
    ),
    Placed(
        "gender", "the household wants men only; only women can do both",
        Wish("disability", "rehab_company", "陪做康复并帮做家务", SUNDAY_EVENING, 1, (60,),
             skills=("rehab_company", "cleaning")),
        lambda home: home.gender_wanted == "male",
    ),
    Placed(
        "gender", "the girl wants a woman; the one teacher for both subjects is a man",
        Wish("schooling", "tutoring", "中考前的数学和英语，最好用朝鲜语讲", SUNDAY_EVENING, 1,
             skills=("tutoring_math", "tutoring_english"), languages=("korean",), grades=(9, 9)),
        lambda home: home.korean and bool(home.pupils) and home.gender_wanted == "female",
    ),
    Placed(
        "active", "the background check of the only one who can do both has expired",
        Wish("schooling", "tutoring", "用英语绘本学画画", AFTERNOON + SATURDAY, 5, (60,),
             skills=("tutoring_english", "art"), grades=(3, 9)),
        lambda home: any(3 <= (member.grade or 0) <= 9 for member in home.pupils),
    ),
    Placed(
        "clearances", "those who can do both have no background check",
        Wish("schooling", "sport", "希望老人带着晨练太极、说说话", AT_DAWN, 2, (60,),
             skills=("sport", "company")),
        lambda home: bool(home.pupils) and bool(home.elders),
    ),
    Placed(
        "distance", "the only two who can do both live more than two kilometres away",
        Wish("hardship", "job_advice", "咨询社保补缴和再就业", SUNDAY_EVENING, 1, (60,),
             ("fortnightly",), skills=("legal_advice", "job_advice")),
        lambda home: len(home.members) >= 2 and not home.elders,
    ),
    Placed(
        "minors_welcome", "only pupils can do both, and the household wants no minors",
        Wish("elderly", "phone_help", "想学用手机修老照片、画贺卡", WEEKEND, 4, (60,),
             skills=("phone_help", "art")),
        lambda home: bool(home.elders) and home.minors_welcome == "no",
    ),
    Placed(
        "aid_kind", "those who teach the phone have not signed up to help people with disabilities",
        Wish("disability", "shopping", "学习用手机网上买菜", AFTERNOON + WEEKEND, 5, (60,),
             skills=("phone_help",)),
        lambda home: any(member.disability == "visual" for member in home.members),
    ),
    Placed(
        "capacity", "the only one who can do both helps one household, and another is more urgent",
        ESCORT_AND_PHONE, _korean_elder,
    ),
    Placed("", "", replace(ESCORT_AND_PHONE, urgency="urgent"), _korean_elder),
)  # fmt: skip
