"""The phrases about activities, and the teachers' desk: key → (Chinese, English)."""

from __future__ import annotations

ACTIVITIES: dict[str, tuple[str, str]] = {
    "activities": ("活动", "Activities"),
    "activities_lead": (
        "假期大本营、家长俱乐部与协会活动：名额、候补、人手与签到。",
        "Camp, parents' club and associations: places, waiting lists, staff, sign-in.",
    ),
    "activities_empty": ("近期没有活动。", "Nothing takes place soon."),
    "activity_places": ("名额", "Places"),
    "activity_waiting": ("候补 {count} 人", "{count} waiting"),
    "activity_free": ("空余 {count} 个", "{count} free"),
    "activity_adults": ("成年志愿者 {there}/{needed}", "adults {there}/{needed}"),
    "activity_adults_short": ("人手不足", "too few adults"),
    "activity_ratio": ("每名成人看护 {count} 个孩子", "{count} children per adult"),
    "activity_open": ("打开名单", "Open the roll"),
    "activity_roll": ("签到名单", "Roll"),
    "activity_roll_lead": (
        "查看名单会留痕。孩子只能交给接送名单上的人；不在名单上的，先打电话给监护人。",
        "Reading the roll is kept. A child goes only with somebody on its list; else call first.",
    ),
    "activity_nobody": ("还没有人报名。", "Nobody has enrolled yet."),
    "activity_guardian": ("监护人", "Guardian"),
    "activity_health": ("健康提示", "Health"),
    "activity_together": ("同胞同行", "siblings together"),
    "activity_gone": ("已接走", "collected"),
    "step_confirm": ("确认名额", "Confirm"),
    "step_confirm_done": ("已确认。", "Confirmed."),
    "step_come": ("签到", "Sign in"),
    "step_come_done": ("已签到。", "Signed in."),
    "step_go": ("签退", "Sign out"),
    "step_go_by": ("接走的人", "Who collects"),
    "step_go_done": ("已签退。", "Signed out."),
    "step_drop": ("取消", "Give up"),
    "step_drop_done": ("已取消，名额自动转给候补。", "Given up; the place goes to who waits."),
    "step_close": ("结束并生成日报", "Close and report"),
    "step_close_done": ("场次已结束，日报已发出。", "Closed; the report is told."),
}
