"""The code lists of this service, with their zh-CN and English labels."""

from __future__ import annotations

import enum

from servicekit.codes import LabelledEnum


class StaffRole(LabelledEnum):
    """What a member of staff is there for."""

    COORDINATOR = "coordinator", "协调员", "coordinator"
    SOCIAL_WORKER = "social_worker", "社工", "social worker"
    SCHOOL_LIAISON = "school_liaison", "学校联络员", "school liaison"
    ADMINISTRATOR = "administrator", "管理员", "administrator"
    DIRECTOR = "director", "主任", "director"


class AidKind(LabelledEnum):
    """The four aids (四助); a member of staff may care for some of them only."""

    ELDERLY = "elderly", "助老", "elderly care"
    DISABILITY = "disability", "助残", "disability support"
    HARDSHIP = "hardship", "助困", "hardship relief"
    SCHOOLING = "schooling", "助学", "schooling support"


class Locale(enum.StrEnum):
    """The languages in which texts exist."""

    CHINESE = "zh-CN"
    ENGLISH = "en"


class ChannelCode(LabelledEnum):
    """The ways on which people are told."""

    INAPP = "inapp", "站内消息", "in-app"
    EMAIL = "email", "电子邮件", "e-mail"
    WECOM = "wecom", "企业微信群机器人", "WeCom group robot"
    DINGTALK = "dingtalk", "钉钉群机器人", "DingTalk robot"
    FEISHU = "feishu", "飞书群机器人", "Feishu robot"
    SMS = "sms", "短信", "text message"
    WEBHOOK = "webhook", "Webhook 回调", "webhook"
    APPRISE = "apprise", "其他渠道（Apprise）", "another channel (Apprise)"


class Urgency(LabelledEnum):
    """How soon the recipient should act."""

    ROUTINE = "routine", "一般", "routine"
    TODAY = "today", "当日", "today"
    URGENT = "urgent", "紧急", "urgent"


class Severity(LabelledEnum):
    """How bad another system says it is."""

    INFO = "info", "提示", "information"
    WARNING = "warning", "警告", "warning"
    CRITICAL = "critical", "严重", "critical"


class NotificationState(LabelledEnum):
    """Has somebody taken it on?"""

    OPEN = "open", "待处理", "open"
    ACKNOWLEDGED = "acknowledged", "已确认", "acknowledged"
    ESCALATED = "escalated", "已升级", "escalated"
    RESOLVED = "resolved", "已解决", "resolved"


class EscalationState(LabelledEnum):
    """How far the search for somebody who takes it on has come."""

    OPEN = "open", "等待确认", "waiting"
    ACKNOWLEDGED = "acknowledged", "已确认", "acknowledged"
    RESOLVED = "resolved", "已解决", "resolved"
    EXHAUSTED = "exhausted", "已逐级通知完毕", "everybody was told"


class EscalationReason(LabelledEnum):
    """Why somebody is told at a level of an escalation."""

    COVER = "cover", "代理人", "stands in for who was told"
    ROLE = "role", "上一级", "the next role up"
    AGAIN = "again", "再次提醒", "told again"


class Why(LabelledEnum):
    """Why somebody is told of an event, or not."""

    ROLE = "role", "岗位", "has the role"
    PAIRING_COORDINATOR = "pairing_coordinator", "该结对的协调员", "coordinates the pairing"
    NAMED = "named", "规则点名", "is named by the rule"
    ON_DUTY = "on_duty", "当值", "is on duty"
    ADDRESSED = "addressed", "事件指定", "is addressed by the event"
    COVER = "cover", "代理人", "stands in for an absent colleague"
    NOBODY_ELSE = "nobody_else", "无人可通知", "there is nobody else to tell"
    OTHER_ROLE = "other_role", "岗位不符", "has another role"
    OTHER_AID_KIND = "other_aid_kind", "负责其他救助类别", "cares for other kinds of aid"
    OTHER_COORDINATOR = "other_coordinator", "该结对由他人协调", "a colleague has the pairing"


class DigestPeriod(LabelledEnum):
    """How often routine news are told together."""

    NONE = "none", "不汇总", "no digest"
    DAILY = "daily", "每日", "daily"
    WEEKLY = "weekly", "每周", "weekly"


class Deferral(LabelledEnum):
    """Why a delivery waits."""

    QUIET_HOURS = "quiet_hours", "免打扰时段", "quiet hours"
    DAY_OFF = "day_off", "休息日", "a day off"
    ABSENCE = "absence", "本人休假", "the recipient's absence"
    DIGEST = "digest", "汇总发送", "the digest"
    GROUPING = "grouping", "合并同类通知", "alike alerts are collected"
    RATE = "rate", "渠道限速", "the channel's rate limit"


class FeedKind(LabelledEnum):
    """What a calendar feed shows."""

    STAFF_WEEK = "staff_week", "工作周历", "a staff member's week"
    VOLUNTEER_VISITS = "volunteer_visits", "志愿者到访日程", "a volunteer's visits"


class DeliveryState(LabelledEnum):
    """How far a notification has come on one channel."""

    QUEUED = "queued", "待发送", "queued"
    DEFERRED = "deferred", "已延后", "deferred"
    SENDING = "sending", "发送中", "being sent"
    SENT = "sent", "已送出", "sent"
    READ = "read", "已读", "read"
    FAILED = "failed", "失败", "failed"


class FailureReason(LabelledEnum):
    """Why a delivery was given up."""

    REFUSED = "refused", "对方服务器拒收", "refused by the recipient's server"
    UNREACHABLE = "unreachable", "渠道无法使用", "the channel could not be used"
    BUSY = "busy", "对方服务器要求稍后再试", "the server kept asking to try later"
    NO_ADDRESS = "no_address", "没有可用的地址", "there is no address to send to"
