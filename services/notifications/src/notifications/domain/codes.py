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


class Urgency(LabelledEnum):
    """How soon the recipient should act."""

    ROUTINE = "routine", "一般", "routine"
    TODAY = "today", "当日", "today"
    URGENT = "urgent", "紧急", "urgent"


class NotificationState(LabelledEnum):
    """Has somebody taken it on?"""

    OPEN = "open", "待处理", "open"
    ACKNOWLEDGED = "acknowledged", "已确认", "acknowledged"


class DeliveryState(LabelledEnum):
    """How far a notification has come on one channel."""

    QUEUED = "queued", "待发送", "queued"
    SENDING = "sending", "发送中", "being sent"
    SENT = "sent", "已送出", "sent"
    READ = "read", "已读", "read"
    FAILED = "failed", "失败", "failed"


class FailureReason(LabelledEnum):
    """Why a delivery was given up."""

    REFUSED = "refused", "对方邮件服务器拒收", "refused by the recipient's server"
    UNREACHABLE = "unreachable", "邮件服务器多次无法使用", "the mail server could not be used"
    BUSY = "busy", "邮件服务器多次要求稍后再试", "the mail server kept asking to try later"
    NO_ADDRESS = "no_address", "没有可用的邮箱地址", "there is no address to send to"
