"""The service's code lists, each code with its label in zh-CN and in English."""

from __future__ import annotations

from servicekit.codes import LabelledEnum


class AidKind(LabelledEnum):
    """The four aids."""

    ELDERLY = "elderly", "助老", "elderly care"
    DISABILITY = "disability", "助残", "disability support"
    HARDSHIP = "hardship", "助困", "hardship relief"
    SCHOOLING = "schooling", "助学", "schooling support"


class Urgency(LabelledEnum):
    """How soon a need must be met."""

    ROUTINE = "routine", "一般", "routine"
    SOON = "soon", "尽快", "soon"
    URGENT = "urgent", "紧急", "urgent"


class Frequency(LabelledEnum):
    """How often a need asks for a visit."""

    WEEKLY = "weekly", "每周一次", "weekly"
    TWICE_WEEKLY = "twice_weekly", "每周两次", "twice a week"
    FORTNIGHTLY = "fortnightly", "每两周一次", "fortnightly"
    MONTHLY = "monthly", "每月一次", "monthly"
    ONCE = "once", "一次", "once"


class Gender(LabelledEnum):
    """A volunteer's gender, because households may ask for one."""

    FEMALE = "female", "女", "female"
    MALE = "male", "男", "male"


class AgeBand(LabelledEnum):
    """Who lives in a household, as far as age goes."""

    ELDERLY = "elderly", "有老人", "with people of sixty or more"
    MINORS = "minors", "有未成年人", "with minors"
    BOTH = "both", "老少同住", "with both"
    ADULTS = "adults", "仅成年人", "only adults below sixty"

    @classmethod
    def of(cls, *, elderly: bool, minors: bool) -> AgeBand:
        """The band of a household with or without the two."""
        if elderly and minors:
            return cls.BOTH
        return cls.ELDERLY if elderly else cls.MINORS if minors else cls.ADULTS


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


class Skill(LabelledEnum):
    """What a volunteer can do; a need may require several."""

    COMPANY = "company", "陪伴", "company"
    SHOPPING = "shopping", "代购", "shopping"
    CLEANING = "cleaning", "家务", "housework"
    ESCORT = "escort", "陪诊", "escort to the doctor"
    PHONE_HELP = "phone_help", "手机教学", "help with the mobile phone"
    REHAB_COMPANY = "rehab_company", "康复陪伴", "company in rehabilitation"
    REPAIR = "repair", "小修", "small repairs"
    LEGAL_ADVICE = "legal_advice", "政策咨询", "advice on rights and policies"
    JOB_ADVICE = "job_advice", "就业帮扶", "help in finding work"
    SUPPLIES = "supplies", "物资", "supplies"
    TUTORING_CHINESE = "tutoring_chinese", "语文辅导", "tutoring in Chinese"
    TUTORING_MATH = "tutoring_math", "数学辅导", "tutoring in mathematics"
    TUTORING_ENGLISH = "tutoring_english", "英语辅导", "tutoring in English"
    READING = "reading", "阅读陪伴", "reading together"
    ART = "art", "艺术", "art"
    SPORT = "sport", "体育", "sport"


class Language(LabelledEnum):
    """What a volunteer speaks."""

    MANDARIN = "mandarin", "普通话", "Mandarin"
    SHENYANG_DIALECT = "shenyang_dialect", "沈阳话", "Shenyang dialect"
    KOREAN = "korean", "朝鲜语", "Korean"
    ENGLISH = "english", "英语", "English"
    SIGN = "sign", "手语", "sign language"


class ClearanceKind(LabelledEnum):
    """A proof that a volunteer may do certain work, until it expires."""

    BACKGROUND_CHECK = "background_check", "无犯罪记录证明", "background check"
    CHILD_PROTECTION = "child_protection", "儿童保护培训", "child protection training"
    FIRST_AID = "first_aid", "急救证", "first aid certificate"
    HEALTH = "health", "健康证", "health certificate"


class VolunteerState(LabelledEnum):
    """Where a volunteer stands."""

    APPLIED = "applied", "已申请", "applied"
    SCREENING = "screening", "审核中", "being screened"
    ACTIVE = "active", "在岗", "active"
    PAUSED = "paused", "暂停", "paused"
    SUSPENDED = "suspended", "停用", "suspended"
    LAPSED = "lapsed", "已失效，待复审", "lapsed"
    LEFT = "left", "已退出", "left"


class PairingState(LabelledEnum):
    """Where the pairing of a need and a volunteer stands."""

    PROPOSED = "proposed", "待确认", "proposed"
    ACCEPTED = "accepted", "已接受", "accepted"
    TRIAL = "trial", "试行", "on trial"
    ACTIVE = "active", "结对中", "active"
    PAUSED = "paused", "暂停", "paused"
    HANDOVER = "handover", "交接中", "being handed over"
    ENDED = "ended", "已结束", "ended"
    DECLINED = "declined", "已谢绝", "declined"
    EXPIRED = "expired", "已失效", "expired"


class VisitState(LabelledEnum):
    """What became of a visit."""

    PLANNED = "planned", "已安排", "planned"
    DONE = "done", "已完成", "done"
    PARTIAL = "partial", "部分完成", "partly done"
    NOT_HOME = "not_home", "家中无人", "nobody home"
    REFUSED = "refused", "被拒绝", "refused"
    UNSAFE = "unsafe", "不安全", "unsafe"
    CANCELLED = "cancelled", "已取消", "cancelled"
    MISSED = "missed", "未到访", "missed"


class HoursState(LabelledEnum):
    """What an entry of the hours ledger says."""

    REPORTED = "reported", "已上报", "reported"
    VERIFIED = "verified", "已核实", "verified"
    DISPUTED = "disputed", "有异议", "disputed"
    REVERSED = "reversed", "已冲销", "reversed"


class SilenceLevel(LabelledEnum):
    """Whom it concerns that a need is not visited."""

    VOLUNTEER = "volunteer", "志愿者", "the volunteer"
    COORDINATOR = "coordinator", "协调员", "the coordinator"
    SOCIAL_WORKER = "social_worker", "社工", "the social worker"


class NeedStatus(LabelledEnum):
    """What the households service last said about a need."""

    OPEN = "open", "待匹配", "open"
    MATCHED = "matched", "已匹配", "matched"
    MET = "met", "已满足", "met"
    SUSPENDED = "suspended", "暂停", "suspended"
    WITHDRAWN = "withdrawn", "已撤回", "withdrawn"
    REFERRED = "referred", "已转介", "referred"


class Party(LabelledEnum):
    """Who declines a pairing."""

    COORDINATOR = "coordinator", "协调员", "coordinator"
    VOLUNTEER = "volunteer", "志愿者", "volunteer"
    HOUSEHOLD = "household", "家庭", "household"


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


class EndReason(LabelledEnum):
    """Why a pairing ended."""

    NEED_MET = "need_met", "需求已满足", "the need is met"
    VOLUNTEER_LEFT = "volunteer_left", "志愿者退出", "the volunteer left"
    HOUSEHOLD_WISH = "household_wish", "家庭意愿", "the household's wish"
    HANDOVER = "handover", "交接", "handed over"
    OTHER = "other", "其他", "other"


class AbsenceReason(LabelledEnum):
    """Why a volunteer is paused, suspended, or left. A code: events carry no free text."""

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


class HoursDoubt(LabelledEnum):
    """Why reported hours are disputed or reversed."""

    NOT_CONFIRMED = "not_confirmed", "家庭未确认", "the household does not confirm"
    WRONG_MINUTES = "wrong_minutes", "时长有误", "wrong minutes"
    DUPLICATE = "duplicate", "重复上报", "reported twice"
    NOT_APPROVED = "not_approved", "复核未通过", "not approved"
    IMPOSSIBLE = "impossible", "时间或路程不可能", "impossible by time or way"
    OTHER = "other", "其他", "other"


class Lack(LabelledEnum):
    """What still keeps a volunteer from becoming active."""

    AVAILABILITY = "availability", "没有可服务时间", "no weekly times; give at least one slot"
    AID_KINDS = "aid_kinds", "没有服务类别", "no aid kind; give at least one"
    LANGUAGES = "languages", "没有语言", "no language; give at least one"
    GUARDIAN = (
        "guardian",
        "未成年人缺少监护人同意",
        "a minor without a guardian's consent; give guardian with consented_on",
    )
    COMPANION = (
        "companion",
        "未成年人缺少成年陪同人",
        "a minor without an adult companion; give the code of an adult volunteer",
    )
