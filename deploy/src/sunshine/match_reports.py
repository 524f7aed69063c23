"""What ``sunshine match`` prints beside proposals: tables in Chinese and English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from sunshine.reports import AID, LOCALES, both, short, table

BANDS = {
    "elderly": "有老人 people of 60 or more",
    "minors": "有未成年人 minors",
    "both": "老少同住 both",
    "adults": "仅成年人 only adults below 60",
}
KINDS = {
    "teacher": "教师 teacher",
    "pupil": "学生 pupil",
    "resident": "居民 resident",
    "parent": "家长 parent",
}


def replay(console: Console, answer: dict[str, Any]) -> None:
    """Whether the same came out."""
    what = f"{answer['id']} ({answer['rules']})"
    if answer["same"]:
        console.print(f"[green]✓[/] {what}: 重算结果相同 computed again to the same answer")
        return
    rows = [[row["what"], row["kept"], row["now"]] for row in answer["differences"]]
    columns = ["项目 what", "原结果 kept", "现结果 now"]
    console.print(table(f"{what}: 重算结果不同 came out otherwise", columns, rows))


def overrides(console: Console, answer: dict[str, Any]) -> None:
    """Rules by how often people overrode them, and why proposals were declined."""
    console.print(
        f"建议 {answer['proposed']} proposed, 谢绝 {answer['declined']} declined, "
        f"人工 {answer['by_hand']} by hand"
    )
    columns = [
        "规则 rule",
        "人工违反 broken by hand#",
        "人工劣于机选 worse by hand#",
        "少得分 points#",
        "谢绝 declined#",
        "合计 total#",
    ]
    names = ("failed", "beaten", "points", "declined", "total")
    rows = [
        [
            both(row["label"]),
            *(_points(row[name]) if name == "points" else row[name] for name in names),
        ]
        for row in answer["rules"]
    ]
    console.print(table("被否决最多的规则 Rules overridden most", columns, rows))
    reasons = [[row["by"], row["reason"], row["count"]] for row in answer["reasons"]]
    console.print(table("谢绝原因 Declines", ["由 by", "原因 reason", "次数 count#"], reasons))


def what_if(console: Console, answer: dict[str, Any]) -> None:
    """Coverage before and after, and the recruits."""
    rows = [
        [AID[row["aid_kind"]], *(row[name] for name in ("needs", "before", "after"))]
        for row in answer["kinds"]
    ]
    columns = ["服务 aid", "需求 needs#", "现覆盖 before#", "变更后 after#"]
    console.print(table("若如此 What if", columns, rows))
    for name, text in (("gained", "新增 gained"), ("lost", "失去 lost")):
        if answer[name]:
            console.print(f"{text}: {', '.join(short(need) for need in answer[name])}")
    console.print(f"总分 total score: {answer['points'] / 1000:+.1f}")
    console.print(f"[bold]建议招募 {len(answer['recruits'])} recruits[/]")
    for number, recruit in enumerate(answer["recruits"], 1):
        for locale in LOCALES:
            community = recruit["closed"][0].partition("-")[0]
            console.print(f"{number}.", recruit["sentence"][locale].replace(f"{community}-", ""))


def fairness(console: Console, answer: dict[str, Any]) -> None:
    """Group by group, the worst served first; then what volunteers carry."""
    for title, name, names in (
        ("按服务 By aid kind", "aid_kinds", AID),
        ("按住户年龄 By age band", "age_bands", BANDS),
        ("按楼栋 By building", "buildings", {}),
    ):
        console.print(_groups(title, [*answer[name], answer["all"]], names))
    columns = [
        "志愿者 kind",
        "人数 people#",
        "空闲 idle#",
        "已满 full#",
        "结对 pairings#",
        "名额 places#",
    ]
    kept = ("volunteers", "idle", "full", "pairings", "places")
    rows = [[KINDS[row["kind"]], *(row[name] for name in kept)] for row in answer["volunteers"]]
    console.print(table("志愿者负担 Load", columns, rows))


def _groups(title: str, rows: Sequence[dict[str, Any]], names: dict[str, str]) -> Table:
    columns = [
        "组 group",
        "需求 needs#",
        "已结对 paired#",
        "覆盖 share#",
        "等待天数 days#",
        "最长 longest#",
        "距离 metres#",
    ]
    all_ = {"all": "全部 all"}
    return table(
        title,
        columns,
        [
            [
                (names | all_).get(row["name"], row["name"]),
                row["needs"],
                row["served"],
                f"{row['share']:.0%}",
                *(
                    "-" if row[key] is None else f"{row[key]:.0f}"
                    for key in ("days", "longest", "metres")
                ),
            ]
            for row in rows
        ],
    )


def _points(thousandths: int) -> str:
    return f"{thousandths / 1000:.1f}"
