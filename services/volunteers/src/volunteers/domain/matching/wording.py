"""Explanations and blockers as plain sentences, in zh-CN and English.

Only ids, codes and facts are spoken of, never a person's name. `label` may turn a code into the
reader's word for it; without one, the code itself stands in the sentence.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from volunteers.domain.matching.blockers import Blockers
from volunteers.domain.matching.explain import Explanation
from volunteers.domain.matching.filters import Verdict

Label = Callable[[str], str]

_ZH: Final = 0
_EN: Final = 1

_NAMES: dict[str, tuple[str, str]] = {
    "scope": ("服务范围", "scope"),
    "active": ("启用状态", "state"),
    "aid_kind": ("帮扶类别", "aid kind"),
    "capacity": ("名额", "capacity"),
    "skills": ("技能", "skills"),
    "clearances": ("证明", "clearances"),
    "minor_consent": ("未成年人", "minors"),
    "minors_welcome": ("接待未成年人", "minors welcome"),
    "gender": ("性别", "gender"),
    "language": ("语言", "language"),
    "schedule": ("时间", "schedule"),
    "distance": ("距离", "distance"),
    "restrictions": ("住户限制", "restrictions"),
    "declined": ("此前谢绝", "declined"),
}

_FAILS: dict[str, tuple[str, str]] = {
    "scope": (
        "服务范围为{serves}，需求在{need_community}",
        "serves {serves}, not {need_community}",
    ),
    "active": ("目前未启用", "is not active"),
    "aid_kind": ("未报名{needed}", "does not offer {needed}"),
    "capacity": (
        "名额已满：已结对{load}户，上限{capacity}户",
        "has no room left: {load} of {capacity} pairings",
    ),
    "skills": ("缺少技能：{missing}", "lacks the skill {missing}"),
    "lacking": ("{asked_of}没有证明：{lacking}", "no clearance {lacking} is held by {asked_of}"),
    "expired": (
        "{asked_of}的证明已过期：{expired}",
        "the clearance of {asked_of} has expired: {expired}",
    ),
    "consent": ("未成年且没有监护人同意", "is a minor without a guardian's consent"),
    "companion": (
        "未成年且没有可陪同的成年人",
        "is a minor without an active adult companion",
    ),
    "minors_welcome": ("未成年，该户只接受成年人", "is a minor; the household asks for adults"),
    "gender": (
        "该户要求志愿者性别为{asked}（{refused}不符）",
        "the household asks for {asked} visitors, which {refused} is not",
    ),
    "language": (
        "不会该户必需的语言：{missing}",
        "does not know {missing}, which it cannot do without",
    ),
    "schedule": (
        "共同空闲不足：最长{longest}分钟、{days_in_common}天够用，需{minutes}分钟、{days}天",
        "shares {longest} min at most, {days_in_common} of {days} days with {minutes} min",
    ),
    "distance": (
        "距离{metres}米，规则上限{bound}米，本人上限{own_bound}米",
        "is {metres} m away; the rules allow {bound} m, the volunteer {own_bound} m",
    ),
    "restrictions": ("该户不希望{unwanted}上门", "the household asked not to have {unwanted}"),
    "declined": ("此前该需求的推荐已被谢绝", "was declined for this need before"),
}

_NOBODY: dict[str, tuple[str, str]] = {
    "scope": ("没有人服务{needed}", "0 serve {needed}"),
    "active": ("没有人处于启用状态", "0 are active"),
    "aid_kind": ("没有人报名{needed}", "0 offer {needed}"),
    "capacity": ("没有人还有名额", "0 have room left"),
    "skills": ("没有人具备技能{needed}", "0 hold the skill {needed}"),
    "clearances": ("没有人持有有效的{needed}", "0 hold a valid {needed}"),
    "minor_consent": (
        "没有成年人，也没有获同意并有人陪同的未成年人",
        "0 are adults, or minors with consent and a companion",
    ),
    "minors_welcome": ("没有成年人", "0 are adults"),
    "gender": ("没有人符合性别要求{needed}", "0 meet the wish for {needed} visitors"),
    "language": ("没有人会{needed}", "0 know {needed}"),
    "schedule": ("没有人的空闲与该户相合", "0 have time when the household has"),
    "distance": ("没有人住得够近（上限{needed}米）", "0 live near enough (at most {needed} m)"),
    "restrictions": ("没有人是该户愿意接待的", "0 are welcome to the household"),
    "declined": ("每个人都已被谢绝过", "0 have not been declined before"),
}

_FACTORS: dict[str, tuple[str, str]] = {
    "distance": ("距离：{metres}米", "distance: {metres} m"),
    "skills": ("相关技能：{extra}", "relevant skills: {extra}"),
    "language": ("语言：{shared}", "language: {shared}"),
    "schedule": (
        "时间：每周共同{common_minutes}分钟",
        "schedule: {common_minutes} minutes a week in common",
    ),
    "continuity": ("延续：{served_before}", "continuity: served before: {served_before}"),
    "load": ("负担：{load}/{capacity}户", "load: {load} of {capacity} pairings"),
    "age_fit": ("辅导适合度", "age fit for tutoring"),
}


def sentences(explanation: Explanation, locale: str, label: Label = str) -> list[str]:
    """The explanation, told: the outcome first, then what decided it."""
    told, conditions = [_headline(explanation, locale)], len(explanation.filters)
    if explanation.eligible:
        told += _choice(explanation, locale)
        told.append(
            (f"{conditions}项条件均满足。", f"All {conditions} conditions hold.")[_tongue(locale)]
        )
        return told + [_factor(each, locale, label) for each in explanation.factors]
    failed = [each for each in explanation.filters if not each.passed]
    told += [verdict_sentence(each, locale, label) for each in failed]
    rest = conditions - len(failed)
    told.append(
        (f"其余{rest}项条件均满足。", f"The other {rest} conditions hold.")[_tongue(locale)]
    )
    return told


def verdict_sentence(verdict: Verdict, locale: str, label: Label = str) -> str:
    """Why one filter refuses the volunteer (to be read of a failed verdict)."""
    tongue = _tongue(locale)
    facts = _spoken(verdict.facts, tongue, label)
    parts = [_FAILS[key][tongue].format(**facts) for key in _reasons(verdict)]
    name = _NAMES[verdict.name][tongue] + ("：", ": ")[tongue]
    return name + ("；", "; ")[tongue].join(parts) + "。."[tongue]


def blocker_sentence(found: Blockers, locale: str, label: Label = str) -> str:
    """Why nobody serves the need, in a sentence or two."""
    tongue = _tongue(locale)
    head = (f"{found.volunteers}名志愿者：", f"{found.volunteers} volunteers: ")[tongue]
    return head + _why_nobody(found, tongue, label) + _nearest(found, locale, label)


def _headline(explanation: Explanation, locale: str) -> str:
    who, need = explanation.volunteer, explanation.need
    if not explanation.eligible:
        return (f"{who}不能服务{need}。", f"{who} cannot serve {need}.")[_tongue(locale)]
    zh, en = {
        "primary": (f"{who}服务{need}", f"{who} serves {need}"),
        "backup": (f"{who}是{need}的后备", f"{who} is the backup for {need}"),
        None: (f"{who}可以服务{need}", f"{who} is eligible for {need}"),
    }[explanation.chosen]
    points, best = _points(explanation.total), _points(explanation.best)
    if explanation.rank is None:
        return (f"{zh}：{points}分（满分{best}）。", f"{en}: {points} of {best} points.")[
            _tongue(locale)
        ]
    rank, of = explanation.rank, explanation.of
    return (
        f"{zh}：{points}分（满分{best}），在{of}名合格者中列第{rank}。",
        f"{en}: {points} of {best} points, rank {rank} of {of} eligible.",
    )[_tongue(locale)]


def _choice(explanation: Explanation, locale: str) -> list[str]:
    """Who was chosen instead, and what this volunteer does."""
    if explanation.rank is None or explanation.chosen == "primary":
        return []
    tongue, told = _tongue(locale), []
    if explanation.instead is not None:
        points = _points(explanation.instead_score or 0)
        told.append(
            (
                f"该需求由{explanation.instead}服务（{points}分）。",
                f"{explanation.instead} serves the need instead ({points} points).",
            )[tongue]
        )
    given = _joined(explanation.given_to, tongue, str)
    if explanation.given_to:
        told.append(
            (f"{explanation.volunteer}服务{given}。", f"{explanation.volunteer} serves {given}.")[
                tongue
            ]
        )
    return told


def _factor(factor: Mapping[str, Any], locale: str, label: Label) -> str:
    tongue = _tongue(locale)
    phrase = _FACTORS[factor["name"]][tongue].format(**_spoken(factor["facts"], tongue, label))
    points, most = _points(factor["contribution"]), factor["weight"]
    return (f"{phrase}，得{points}分（满分{most}）。", f"{phrase}: {points} of {most} points.")[
        tongue
    ]


def _reasons(verdict: Verdict) -> list[str]:
    """Which phrases tell of this failure: one filter can fail in two ways at once."""
    facts = verdict.facts
    if verdict.name == "clearances":
        return [key for key in ("lacking", "expired") if facts[key]]
    if verdict.name == "minor_consent":
        held = {"consent": facts["consent"], "companion": facts["companion_may"]}
        return [key for key, holds in held.items() if not holds]
    return [verdict.name]


def _why_nobody(found: Blockers, tongue: int, label: Label) -> str:
    if not found.volunteers:
        return ("还没有志愿者。", "nobody has registered yet.")[tongue]
    if found.eligible:
        return _all_taken(found, tongue)
    if found.at_capacity:
        return (
            f"{found.at_capacity}名合适，但名额已满。",
            f"{found.at_capacity} suitable, but without room left.",
        )[tongue]
    if found.failed_by_all:
        facts = {name: _word(found.needed.get(name), tongue, label) for name in found.failed_by_all}
        told = [_NOBODY[name][tongue].format(needed=facts[name]) for name in found.failed_by_all]
        return ("；", "; ")[tongue].join(told) + "。."[tongue]
    most = [
        (f"{_NAMES[name][_ZH]}（{count}）", f"{_NAMES[name][_EN]} ({count})")[tongue]
        for name, count in found.failing[:3]
    ]
    return (
        f"没有人满足全部条件；未通过最多的是{_joined(most, tongue, str)}。",
        f"nobody meets every condition; most fail {_joined(most, tongue, str)}.",
    )[tongue]


def _all_taken(found: Blockers, tongue: int) -> str:
    if found.taken:
        return (
            f"{found.eligible}名合格，但都已分配给其他需求。",
            f"{found.eligible} eligible, but all given to other needs.",
        )[tongue]
    return (f"{found.eligible}名合格，可以匹配。", f"{found.eligible} eligible; run the match.")[
        tongue
    ]


def _nearest(found: Blockers, locale: str, label: Label) -> str:
    if found.nearest is None or found.eligible or found.at_capacity:
        return ""
    told = " ".join(verdict_sentence(each, locale, label) for each in found.nearest.failed)
    who = found.nearest.volunteer
    return (f"最接近的是{who}：{told}", f" Nearest is {who}: {told}")[_tongue(locale)]


def _tongue(locale: str) -> int:
    return _ZH if locale.lower().startswith("zh") else _EN


def _points(thousandths: int) -> str:
    return f"{thousandths / 1000:.1f}"


def _spoken(facts: Mapping[str, Any], tongue: int, label: Label) -> dict[str, str]:
    return {key: _word(value, tongue, label) for key, value in facts.items()}


def _word(value: Any, tongue: int, label: Label) -> str:
    if value is None or value in ([], {}):
        return ("无", "none")[tongue]
    if isinstance(value, bool):
        return (("否", "no"), ("是", "yes"))[value][tongue]
    if isinstance(value, Mapping):
        return _joined([f"{label(key)} {value[key]}" for key in value], tongue, str)
    if isinstance(value, list):
        return _joined([each for each in value if isinstance(each, str)], tongue, label)
    return label(value) if isinstance(value, str) else str(value)


def _joined(words: Sequence[str], tongue: int, label: Label) -> str:
    return ("、", ", ")[tongue].join(label(each) for each in words)
