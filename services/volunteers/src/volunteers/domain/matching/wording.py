"""Explanations and blockers as plain sentences, in zh-CN and English.

Only ids, codes and facts are spoken of, never a person's name. `label` may turn a code into the
reader's word for it; without one, the code itself stands in the sentence.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from volunteers.domain.matching.blockers import Blockers
from volunteers.domain.matching.cost import Cost, Move
from volunteers.domain.matching.explain import Explanation
from volunteers.domain.matching.factors import Factor
from volunteers.domain.matching.filters import Verdict
from volunteers.domain.matching.phrases import FACTORS, FAILS, NAMES, NOBODY, PASSES
from volunteers.domain.matching.regret import Regret

Label = Callable[[str], str]

_ZH: Final = 0
_EN: Final = 1


def sentences(explanation: Explanation, locale: str, label: Label = str) -> list[str]:
    """The explanation, told: the outcome first, then what decided it."""
    told, conditions = [_headline(explanation, locale)], len(explanation.filters)
    if explanation.eligible:
        told += _choice(explanation, locale)
        told.append(
            (f"{conditions}项条件均满足。", f"All {conditions} conditions hold.")[_tongue(locale)]
        )
        return told + [factor_sentence(each, locale, label) for each in explanation.factors]
    failed = [each for each in explanation.filters if not each.passed]
    told += [verdict_sentence(each, locale, label) for each in failed]
    rest = conditions - len(failed)
    told.append(
        (f"其余{rest}项条件均满足。", f"The other {rest} conditions hold.")[_tongue(locale)]
    )
    return told


def verdict_sentence(verdict: Verdict, locale: str, label: Label = str) -> str:
    """What one filter found."""
    tongue = _tongue(locale)
    facts = _spoken(verdict.facts, tongue, label)
    phrases = [PASSES[verdict.name]] if verdict.passed else [FAILS[k] for k in _reasons(verdict)]
    parts = [phrase[tongue].format(**facts) for phrase in phrases]
    name = NAMES[verdict.name][tongue] + ("：", ": ")[tongue]
    return name + ("；", "; ")[tongue].join(parts) + "。."[tongue]


def factor_sentence(factor: Factor, locale: str, label: Label = str) -> str:
    """What one factor is worth, and why."""
    tongue = _tongue(locale)
    phrase = FACTORS[factor.name][tongue].format(**_spoken(factor.facts, tongue, label))
    points, most = _points(factor.contribution), factor.weight
    return (f"{phrase}，得{points}分（满分{most}）。", f"{phrase}: {points} of {most} points.")[
        tongue
    ]


def cost_sentence(cost: Cost, locale: str) -> str:
    """What choosing the pair would cost, and who would make room for whom."""
    tongue = _tongue(locale)
    told = [
        (f"{_joined(needs, tongue, str)}{zh}", f"{_joined(needs, tongue, str)} would {en}")[tongue]
        for needs, zh, en in (
            (cost.unserved, "将无人服务", "go unserved"),
            (cost.served, "将有人服务", "be served"),
        )
        if needs
    ]
    if cost.points:
        verb = (("减少", "fall"), ("增加", "rise"))[cost.points < 0][tongue]
        points = _points(abs(cost.points))
        told.append(
            (f"总分将{verb}{points}分", f"the total would {verb} by {points} points")[tongue]
        )
    if not told:
        return ("改选此人没有代价。", "Choosing this pair would cost nothing.")[tongue]
    head = ("若改选此人，", "If this pair were chosen, ")[tongue]
    moves = ("；", "; ")[tongue].join(_move(each, tongue) for each in cost.moves)
    return head + ("，", ", ")[tongue].join(told) + ("：", ": ")[tongue] + moves + "。."[tongue]


def _move(move: Move, tongue: int) -> str:
    nobody = ("无人", "nobody")[tongue]
    before, after = move.before or nobody, move.after or nobody
    return (f"{move.need}由{before}改为{after}", f"{move.need} from {before} to {after}")[tongue]


def regret_sentence(found: Regret, locale: str) -> str:
    """What answers given one by one missed."""
    needs, points = found.gained - found.lost, found.points / 1000
    zh = (
        f"逐个答复与整体最优的差距：{found.answered}项建议中改派{found.moved}项；"
        f"获得服务的需求{needs:+d}项，总分{points:+.1f}分。"
    )
    en = (
        f"Regret of answers given one by one: {found.moved} of {found.answered} moved; "
        f"needs served {needs:+d}, total score {points:+.1f} points."
    )
    return (zh, en)[_tongue(locale)]


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
    if explanation.planned and explanation.chosen:
        zh, en = f"若现在匹配，{zh}", f"If matching ran now, {en}"
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
    """Who was chosen instead, what this volunteer does, and what the other choice would cost."""
    tongue, told = _tongue(locale), []
    for each in explanation.instead:
        points = _points(each.score)
        zh, en = (("", "serves"), ("将", "would serve"))[each.planned]
        zh, en = f"{each.volunteer}{zh}服务{each.need}", f"{each.volunteer} {en} {each.need}"
        told.append((f"{zh}（{points}分）。", f"{en} ({points} points).")[tongue])
    return told + ([cost_sentence(explanation.cost, locale)] if explanation.cost else [])


def _reasons(verdict: Verdict) -> list[str]:
    """Which phrases tell of this failure: one filter can fail in two ways at once."""
    facts = verdict.facts
    if verdict.name == "clearances":
        return [key for key in ("lacking", "expired") if facts[key]]
    if verdict.name == "minor_consent":
        held = {"consent": facts["consent"], "companion": facts["companion_may"]}
        return [key for key, holds in held.items() if not holds]
    if verdict.name == "schedule" and facts["at_school"]:
        return ["schedule", "at_school"]
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
        told = [NOBODY[name][tongue].format(needed=facts[name]) for name in found.failed_by_all]
        return ("；", "; ")[tongue].join(told) + "。."[tongue]
    most = [
        (f"{NAMES[name][_ZH]}（{count}）", f"{NAMES[name][_EN]} ({count})")[tongue]
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
