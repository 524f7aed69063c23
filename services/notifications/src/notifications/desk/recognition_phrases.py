"""The phrases about hours, stars and certificates: key → (Chinese, English)."""

from __future__ import annotations

RECOGNITION: dict[str, tuple[str, str]] = {
    "recognition": ("时长与表彰", "Hours"),
    "recognition_lead": (
        "核查存疑时长、复核申报时长、查看星级、出具志愿服务记录证明。",
        "Look into doubtful hours, approve claims, see who reached a star, issue certificates.",
    ),
    "recognition_flags": ("待核查时长", "Hours to look into"),
    "recognition_no_flags": ("没有需要核查的时长。", "No hours are in doubt."),
    "recognition_explain": ("情况属实", "It is explained"),
    "recognition_explain_done": ("已排除疑点，时长照常核实。", "Explained; the hours count."),
    "recognition_uphold": ("冲销时长", "Reverse the hours"),
    "recognition_uphold_done": ("已冲销存疑时长。", "The hours in doubt are reversed."),
    "recognition_claims": ("待复核申报", "Claims to approve"),
    "recognition_no_claims": ("没有待复核的申报。", "No claim waits."),
    "recognition_by": ("申报人：{who}（须由他人复核）", "Claimed by {who}; somebody else approves"),
    "recognition_approve": ("通过", "Approve"),
    "recognition_approve_done": ("已通过，时长已核实。", "Approved; the hours are verified."),
    "recognition_refuse": ("退回", "Refuse"),
    "recognition_refuse_done": ("已退回，不计时长。", "Refused; nothing is counted."),
    "recognition_minutes": ("{minutes} 分钟", "{minutes} minutes"),
    "recognition_metres": ("相距 {metres} 米", "{metres} m apart"),
    "recognition_stars": ("星级志愿者", "Stars reached"),
    "recognition_no_stars": ("还没有人达到星级。", "Nobody has reached a star yet."),
    "recognition_star": ("{star} 星", "{star} star(s)"),
    "recognition_table": (
        "一星起所需核实小时：{hours}",
        "Verified hours for one star, two stars …: {hours}",
    ),
    "recognition_certificates": ("服务证明", "Certificates"),
    "recognition_volunteer": ("志愿者编号", "Volunteer's code"),
    "recognition_from": ("从", "From"),
    "recognition_until": ("到", "Until"),
    "recognition_issue": ("出具证明", "Issue"),
    "recognition_issue_done": ("证明已出具，可下载打印。", "Issued; it can be printed."),
    "recognition_print": ("下载 PDF", "PDF"),
    "recognition_revoked": ("已撤销", "revoked"),
}
