"""What is too much for a volunteer: concerns, who takes them over, why they may, and by when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from households.domain.codes import Urgency
from servicekit.codes import LabelledEnum


class ConcernKind(LabelledEnum):
    """What somebody is worried about. It says much about a household: no event carries it."""

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
    """Where a concern stands; the allowed steps: ``states.CONCERN``."""

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


class ReferralStatus(LabelledEnum):
    """Where a referral stands; the allowed steps: ``states.REFERRAL``."""

    REQUESTED = "requested", "待同意", "requested"
    CONSENTED = "consented", "已同意", "consented"
    ACCEPTED = "accepted", "已接案", "accepted"
    CLOSED = "closed", "已结案", "closed"
    RETURNED = "returned", "已退回", "returned"


class Basis(LabelledEnum):
    """What allows a referral: somebody's consent, or the duty to report."""

    HEAD = "head", "户主同意", "consent of the head"
    GUARDIAN = "guardian", "监护人同意", "consent of the guardian"
    REPRESENTATIVE = "representative", "代理人同意", "consent of the representative"
    DUTY_TO_REPORT = "duty_to_report", "依法强制报告", "duty to report by law"


class ReturnReason(LabelledEnum):
    """Why a referral comes back."""

    NO_CONSENT = "no_consent", "未获同意", "no consent"
    NOT_RESPONSIBLE = "not_responsible", "不属职责范围", "not responsible"
    NO_CAPACITY = "no_capacity", "暂无力承接", "no capacity"
    OTHER = "other", "其他", "other"


class ReferralOutcome(LabelledEnum):
    """What a professional achieved."""

    HELPED = "helped", "已得到帮助", "helped"
    LONG_TERM = "long_term", "转入长期服务", "in long-term care"
    DECLINED = "declined", "本人不愿继续", "declined by the household"


TO_REPORT = frozenset({ConcernKind.CHILD_HARM, ConcernKind.VIOLENCE})
"""What must be reported whoever objects (《未成年人保护法》第十一条, 《反家庭暴力法》第十四条)."""

DAYS: Mapping[Urgency, int] = {Urgency.URGENT: 1, Urgency.SOON: 3, Urgency.ROUTINE: 10}
"""Calendar days until a professional must have accepted: the project's own promise."""

PROFESSIONALS = frozenset({"social_worker", "director", "operator"})
"""Roles that take a referral on, or give it back."""

UNINVOLVED = frozenset({"school_liaison"})
"""Roles that see where a concern stands, and not what it says."""


def due_on(urgency: Urgency, requested_on: date) -> date:
    """The day by whose end somebody must have accepted a referral."""
    return requested_on + timedelta(days=DAYS[urgency])


def basis_problem(kind: ConcernKind, basis: Basis) -> str | None:
    """Why a referral may not go on for this ground."""
    if basis is Basis.DUTY_TO_REPORT and kind not in TO_REPORT:
        return "holds for harm to a child and domestic violence only; ask the household to consent"
    return None
