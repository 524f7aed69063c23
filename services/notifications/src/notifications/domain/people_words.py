"""The volunteers service's codes of people: who they are, and why they are away."""

from __future__ import annotations

from collections.abc import Mapping

from servicekit.codes import LabelledEnum


class VolunteerKind(LabelledEnum):
    """What a volunteer is to the community."""

    TEACHER = "teacher", "教师", "teacher"
    PUPIL = "pupil", "学生", "pupil"
    RESIDENT = "resident", "居民", "resident"
    PARENT = "parent", "家长", "parent"


class PartnerKind(LabelledEnum):
    """What sort of organisation a partner is."""

    OFFICE = "office", "社区", "neighbourhood office"
    SCHOOL = "school", "学校", "school"
    ASSOCIATION = "association", "协会", "association"
    COMPANY = "company", "企业", "company"


class AbsenceReason(LabelledEnum):
    """Why a volunteer is away."""

    OWN_WISH = "own_wish", "本人意愿", "own wish"
    ILLNESS = "illness", "生病", "illness"
    STUDIES = "studies", "学业", "studies"
    FAMILY = "family", "家庭原因", "family"
    AWAY = "away", "外出", "away"
    MOVED = "moved", "搬离", "moved away"
    CLEARANCE = "clearance", "资质问题", "clearance"
    CONDUCT = "conduct", "行为问题", "conduct"
    INACTIVE = "inactive", "长期未参加服务", "no service for a long time"
    OTHER = "other", "其他", "other"


class MemberRole(LabelledEnum):
    """What somebody is in an association."""

    LEADER = "leader", "负责人", "leader"
    MEMBER = "member", "会员", "member"


class Ground(LabelledEnum):
    """Why a child needs a place more than others."""

    LOW_INCOME = "low_income", "低保家庭", "low-income household"
    DISABILITY = "disability", "残疾人家庭", "disability in the family"
    SINGLE_PARENT = "single_parent", "单亲家庭", "single parent"
    GRANDPARENTS = "grandparents", "隔代照护", "raised by grandparents"
    NOBODY_HOME = "nobody_home", "白天无人看护", "nobody at home by day"


PEOPLE: Mapping[str, type[LabelledEnum]] = {
    "volunteer_kind": VolunteerKind,
    "partner_kind": PartnerKind,
    "absence_reason": AbsenceReason,
    "member_role": MemberRole,
    "ground": Ground,
}
