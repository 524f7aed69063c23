"""Other services' codes that appear in texts, with their labels."""

from __future__ import annotations

from collections.abc import Mapping

from notifications.domain.codes import (
    AidKind,
    ChannelCode,
    EscalationReason,
    FailureReason,
    Severity,
)
from notifications.domain.giving_words import GIVING
from notifications.domain.people_words import PEOPLE
from notifications.domain.recognition_words import RECOGNITION
from servicekit.codes import LabelledEnum


class ExitReason(LabelledEnum):
    """Why a household leaves the project."""

    INCOME = "income", "收入已超标准", "income above the limit"
    DECEASED = "deceased", "去世", "deceased"
    DUPLICATE = "duplicate", "重复登记", "registered twice"
    OWN_WISH = "own_wish", "本人意愿", "own wish"


class PairingEnd(LabelledEnum):
    """Why a pairing ended."""

    NEED_MET = "need_met", "需求已满足", "the need is met"
    VOLUNTEER_LEFT = "volunteer_left", "志愿者离开", "the volunteer left"
    HOUSEHOLD_WISH = "household_wish", "受助家庭意愿", "the household's wish"
    HANDOVER = "handover", "转交他人", "handed over"
    OTHER = "other", "其他原因", "another reason"


class PairingState(LabelledEnum):
    """Where a pairing stands."""

    PROPOSED = "proposed", "待确认", "proposed"
    ACCEPTED = "accepted", "已接受", "accepted"
    TRIAL = "trial", "试行", "on trial"
    ACTIVE = "active", "结对中", "active"
    PAUSED = "paused", "暂停", "paused"
    HANDOVER = "handover", "交接中", "being handed over"
    ENDED = "ended", "已结束", "ended"
    DECLINED = "declined", "已谢绝", "declined"
    EXPIRED = "expired", "已失效", "expired"


class Party(LabelledEnum):
    """Who declined a proposal."""

    COORDINATOR = "coordinator", "协调员", "the coordinator"
    VOLUNTEER = "volunteer", "志愿者", "the volunteer"
    HOUSEHOLD = "household", "受助家庭", "the household"


class DeclineReason(LabelledEnum):
    """Why a pairing did not come about."""

    NO_TIME = "no_time", "时间不合适", "no time"
    TOO_FAR = "too_far", "距离太远", "too far"
    NOT_SUITABLE = "not_suitable", "不合适", "not suitable"
    KNOWN_TO_EACH_OTHER = "known_to_each_other", "双方相识", "they know each other"
    PREFERS_ANOTHER = "prefers_another", "希望换人", "somebody else is wished for"
    UNAVAILABLE = "unavailable", "志愿者暂不可用", "the volunteer is not available"
    NEED_CLOSED = "need_closed", "需求已关闭", "the need was closed"
    BETTER_PLAN = "better_plan", "整体方案调整", "a better plan for all was found"
    OTHER = "other", "其他", "other"


class FeedbackOutcome(LabelledEnum):
    """What a household says of a visit."""

    CONFIRMED = "confirmed", "情况属实", "it was as reported"
    NOT_VISITED = "not_visited", "未曾到访", "nobody came"
    SOMEBODY_ELSE = "somebody_else", "来的不是本人", "somebody else came"
    TOO_SHORT = "too_short", "时长不符", "it was shorter than reported"
    UNREACHABLE = "unreachable", "未能联系上", "nobody could be reached"


class ReferralReturn(LabelledEnum):
    """Why a referral came back."""

    NO_CONSENT = "no_consent", "未获同意", "no consent"
    NOT_RESPONSIBLE = "not_responsible", "不属职责范围", "not responsible"
    NO_CAPACITY = "no_capacity", "暂无力承接", "no capacity"
    OTHER = "other", "其他原因", "another reason"


class Referral(LabelledEnum):
    """Where a referral stands."""

    REQUESTED = "requested", "待同意", "waits for consent"
    CONSENTED = "consented", "待接案", "to be accepted"
    ACCEPTED = "accepted", "已接案", "accepted"
    CLOSED = "closed", "已结案", "closed"
    RETURNED = "returned", "已退回", "returned"


class Concern(LabelledEnum):
    """What somebody is worried about."""

    CHILD_HARM = "child_harm", "未成年人受侵害", "harm to a child"
    VIOLENCE = "violence", "家庭暴力", "domestic violence"
    NEGLECT = "neglect", "疏于照料", "neglect"
    SELF_HARM = "self_harm", "自伤风险", "risk of self-harm"
    MENTAL = "mental", "心理困扰", "mental distress"
    HEALTH = "health", "健康恶化", "worsening health"
    MONEY = "money", "经济困境或受骗", "money trouble or fraud"
    HOUSING = "housing", "居住安全", "unsafe housing"
    BEYOND_HELP = "beyond_help", "超出志愿服务范围", "more than a volunteer can do"


class ConcernStatus(LabelledEnum):
    """Where a concern stands."""

    OPEN = "open", "待处理", "open"
    REFERRED = "referred", "转介中", "referred"
    CLOSED = "closed", "已结案", "closed"


class ConcernOutcome(LabelledEnum):
    """Why a concern is closed."""

    RESOLVED = "resolved", "已解决", "resolved"
    UNFOUNDED = "unfounded", "情况不属实", "unfounded"
    OTHER_HELP = "other_help", "已有其他帮助", "helped by others"
    REFERRED = "referred", "专业服务已结案", "closed by a professional"


class Profession(LabelledEnum):
    """To whom a concern is referred."""

    SOCIAL_WORK = "social_work", "专业社工", "professional social work"
    MENTAL_HEALTH = "mental_health", "心理服务", "mental health service"
    HEALTH = "health", "社区卫生服务", "community health service"
    LEGAL_AID = "legal_aid", "法律援助", "legal aid"
    CHILD_PROTECTION = "child_protection", "未成年人保护机构", "child protection"
    POLICE = "police", "公安机关", "police"
    RELIEF = "relief", "社会救助", "social relief"
    DISABILITY = "disability", "残联", "disabled persons' federation"


class Basis(LabelledEnum):
    """What allows a referral."""

    HEAD = "head", "户主同意", "consent of the head"
    GUARDIAN = "guardian", "监护人同意", "consent of the guardian"
    REPRESENTATIVE = "representative", "代理人同意", "consent of the representative"
    DUTY_TO_REPORT = "duty_to_report", "依法强制报告", "duty to report by law"


class ReferralOutcome(LabelledEnum):
    """What a professional achieved."""

    HELPED = "helped", "已得到帮助", "helped"
    LONG_TERM = "long_term", "转入长期服务", "in long-term care"
    DECLINED = "declined", "本人不愿继续", "declined by the household"


class NeedUrgency(LabelledEnum):
    """How soon a household needs something."""

    ROUTINE = "routine", "一般", "routine"
    SOON = "soon", "尽快", "soon"
    URGENT = "urgent", "紧急", "urgent"


class ReferralStatus(LabelledEnum):
    """What a referral waits for, said in a sentence."""

    REQUESTED = "requested", "尚待家庭同意", "it still waits for the household's consent"
    CONSENTED = (
        "consented",
        "已获同意，尚无人接案",
        "the household has agreed, and nobody has accepted",
    )


class VisitOutcome(LabelledEnum):
    """Why a visit did not take place."""

    MISSED = "missed", "志愿者未到访", "the volunteer did not come"
    NOT_HOME = "not_home", "家中无人", "nobody was at home"
    REFUSED = "refused", "受助家庭谢绝", "the household declined it"


class VolunteerState(LabelledEnum):
    """In which way a volunteer is unavailable."""

    PAUSED = "paused", "暂停服务", "is pausing"
    SUSPENDED = "suspended", "已停止派工", "is suspended"
    LAPSED = "lapsed", "资格已过期", "has lapsed clearances"
    LEFT = "left", "已离开", "has left"


class ClearanceKind(LabelledEnum):
    """What a volunteer must hold to do certain work."""

    BACKGROUND_CHECK = "background_check", "无犯罪记录证明", "background check"
    CHILD_PROTECTION = "child_protection", "儿童保护培训", "child protection training"
    FIRST_AID = "first_aid", "急救证", "first aid certificate"
    HEALTH = "health", "健康证", "health certificate"


class Activity(LabelledEnum):
    """What people come together for."""

    CAMP = "camp", "假期大本营", "holiday base camp"
    TALK = "talk", "家长讲座", "parents' talk"
    CIRCLE = "circle", "家长沙龙", "parents' circle"
    MEETING = "meeting", "协会例会", "association meeting"
    OPEN_EVENT = "open_event", "协会开放日", "open event"


class SessionState(LabelledEnum):
    """Where a session stands."""

    PLANNED = "planned", "筹备中", "planned"
    ANNOUNCED = "announced", "已公布", "announced"
    CLOSED = "closed", "已结束", "closed"
    CANCELLED = "cancelled", "已取消", "cancelled"


class EnrolmentState(LabelledEnum):
    """Where somebody's place in a session stands."""

    WAITLISTED = "waitlisted", "候补", "on the waiting list"
    OFFERED = "offered", "待确认", "offered a place"
    CONFIRMED = "confirmed", "已确认", "confirmed"
    ATTENDED = "attended", "已到场", "attended"
    ABSENT = "absent", "缺席", "absent"
    LEFT_EARLY = "left_early", "提前离开", "left early"
    CANCELLED = "cancelled", "已取消", "cancelled"


class ServiceState(LabelledEnum):
    """Where a teacher's request stands."""

    REQUESTED = "requested", "待受理", "requested"
    ASSIGNED = "assigned", "已派单", "assigned"
    SCHEDULED = "scheduled", "已预约", "scheduled"
    DONE = "done", "已办结", "done"
    WITHDRAWN = "withdrawn", "已撤回", "withdrawn"


class Relation(LabelledEnum):
    """What somebody who may collect a child is to it."""

    PARENT = "parent", "父母", "parent"
    GRANDPARENT = "grandparent", "祖辈", "grandparent"
    RELATIVE = "relative", "亲属", "relative"
    NEIGHBOUR = "neighbour", "邻居", "neighbour"


LISTS: Mapping[str, type[LabelledEnum]] = {
    "activity": Activity,
    "enrolment": EnrolmentState,
    "relation": Relation,
    "service": ServiceState,
    "session": SessionState,
    "aid_kind": AidKind,
    "basis": Basis,
    "channel": ChannelCode,
    "clearance": ClearanceKind,
    "concern": Concern,
    "concern_outcome": ConcernOutcome,
    "concern_status": ConcernStatus,
    "decline": DeclineReason,
    "escalation": EscalationReason,
    "exit_reason": ExitReason,
    "failure": FailureReason,
    "feedback": FeedbackOutcome,
    "need_urgency": NeedUrgency,
    "pairing_end": PairingEnd,
    "pairing_state": PairingState,
    "party": Party,
    "profession": Profession,
    "referral": Referral,
    "referral_outcome": ReferralOutcome,
    "referral_return": ReferralReturn,
    "referral_status": ReferralStatus,
    "severity": Severity,
    "visit_outcome": VisitOutcome,
    "volunteer_state": VolunteerState,
    **GIVING,
    **PEOPLE,
    **RECOGNITION,
}


def word(code: str, kind: str, locale: str) -> str:
    """The label of ``code`` in the list ``kind``; a code added elsewhere since is its own label."""
    return next((each.label(locale) for each in LISTS[kind] if each.value == code), code)
