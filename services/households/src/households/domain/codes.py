"""The code lists of this service, each code with its label in zh-CN and in English."""

from __future__ import annotations

import enum

from servicekit.codes import LabelledEnum


class AidKind(LabelledEnum):
    """The four aids (四助)."""

    ELDERLY = "elderly", "助老", "elderly care"
    DISABILITY = "disability", "助残", "disability support"
    HARDSHIP = "hardship", "助困", "hardship relief"
    SCHOOLING = "schooling", "助学", "schooling support"


class Service(LabelledEnum):
    """What is done for the household; which aid kind offers which: ``needs.SERVICES``."""

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
    TUTORING = "tutoring", "课业辅导", "tutoring"
    READING = "reading", "阅读陪伴", "reading together"
    ART = "art", "艺术", "art"
    SPORT = "sport", "体育", "sport"


class Urgency(LabelledEnum):
    """How soon; the order is the order of serving."""

    ROUTINE = "routine", "一般", "routine"
    SOON = "soon", "尽快", "soon"
    URGENT = "urgent", "紧急", "urgent"


class Frequency(LabelledEnum):
    """How often a volunteer comes."""

    WEEKLY = "weekly", "每周一次", "weekly"
    TWICE_WEEKLY = "twice_weekly", "每周两次", "twice a week"
    FORTNIGHTLY = "fortnightly", "每两周一次", "fortnightly"
    MONTHLY = "monthly", "每月一次", "monthly"
    ONCE = "once", "一次", "once"


class Skill(LabelledEnum):
    """What a volunteer must be able to do."""

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
    """What the household speaks."""

    MANDARIN = "mandarin", "普通话", "Mandarin"
    SHENYANG_DIALECT = "shenyang_dialect", "沈阳话", "Shenyang dialect"
    KOREAN = "korean", "朝鲜语", "Korean"
    ENGLISH = "english", "英语", "English"
    SIGN = "sign", "手语", "sign language"


class Role(LabelledEnum):
    """A member's place in the household, seen from its head."""

    HEAD = "head", "户主", "head"
    SPOUSE = "spouse", "配偶", "spouse"
    CHILD = "child", "子女", "child"
    PARENT = "parent", "父母", "parent"
    OTHER = "other", "其他", "other"


class Disability(LabelledEnum):
    """Kinds of disability as the disability card (残疾人证) names them."""

    NONE = "none", "无", "none"
    PHYSICAL = "physical", "肢体", "physical"
    VISUAL = "visual", "视力", "visual"
    HEARING = "hearing", "听力", "hearing"
    INTELLECTUAL = "intellectual", "智力", "intellectual"
    MENTAL = "mental", "精神", "mental"
    MULTIPLE = "multiple", "多重", "multiple"


class GenderWish(LabelledEnum):
    """Which volunteers the household lets in."""

    ANY = "any", "不限", "any"
    FEMALE = "female", "女", "women only"
    MALE = "male", "男", "men only"


class ConsentPurpose(LabelledEnum):
    """What the household has agreed to."""

    MATCHING = "matching", "匹配志愿者", "being matched with volunteers"
    CONTACT = "contact", "电话联系", "being called and visited"
    STATISTICS = "statistics", "统计", "being counted in statistics"
    PHOTO = "photo", "影像", "being photographed"


class ConsentGiver(LabelledEnum):
    """Who spoke for the household."""

    HEAD = "head", "户主", "head of the household"
    GUARDIAN = "guardian", "监护人", "guardian"
    REPRESENTATIVE = "representative", "代理人", "representative"


class HouseholdStatus(LabelledEnum):
    """Where a household stands; the allowed steps: ``states.HOUSEHOLD``."""

    APPLICANT = "applicant", "申请中", "applicant"
    VERIFIED = "verified", "已认定", "verified"
    UNDER_REVIEW = "under_review", "复核中", "under review"
    GRACE = "grace", "渐退期", "grace period"
    EXITED = "exited", "已退出", "exited"
    MOVED = "moved", "已迁出", "moved away"
    DECEASED = "deceased", "已故", "deceased"
    DUPLICATE = "duplicate", "重复登记", "duplicate"


class NeedStatus(LabelledEnum):
    """Where a need stands; the allowed steps: ``states.NEED``."""

    OPEN = "open", "待匹配", "open"
    MATCHED = "matched", "已匹配", "matched"
    MET = "met", "已满足", "met"
    SUSPENDED = "suspended", "暂停", "suspended"
    WITHDRAWN = "withdrawn", "已撤回", "withdrawn"
    REFERRED = "referred", "已转介", "referred"


class ReviewStatus(LabelledEnum):
    """Where a review stands; a renewed certificate drops the review planned before it."""

    PLANNED = "planned", "已计划", "planned"
    ANNOUNCED = "announced", "已通知", "announced"
    DONE = "done", "已完成", "done"
    DROPPED = "dropped", "已取消", "dropped"


class ExitReason(LabelledEnum):
    """Why a household leaves."""

    INCOME = "income", "收入超标", "income above the line"
    DECEASED = "deceased", "去世", "deceased"
    DUPLICATE = "duplicate", "重复登记", "registered twice"
    OWN_WISH = "own_wish", "本人意愿", "own wish"


class ReviewOutcome(LabelledEnum):
    """What a review of eligibility found."""

    ELIGIBLE = "eligible", "继续符合", "still eligible"
    GRACE = "grace", "渐退", "grace period"
    EXIT = "exit", "退出", "exit"


class CloseOutcome(enum.StrEnum):
    """The need statuses that closing leads to."""

    MET = NeedStatus.MET.value
    WITHDRAWN = NeedStatus.WITHDRAWN.value
    REFERRED = NeedStatus.REFERRED.value
    SUSPENDED = NeedStatus.SUSPENDED.value


class CloseReason(LabelledEnum):
    """Why a need is closed. A code, because events carry it and carry no free text."""

    NEED_MET = "need_met", "需求已满足", "need met"
    RECOVERED = "recovered", "情况好转", "recovered"
    OWN_WISH = "own_wish", "本人意愿", "own wish"
    HOSPITAL = "hospital", "住院", "in hospital"
    AWAY = "away", "外出", "away"
    OTHER_HELP = "other_help", "已有其他帮助", "helped by others"
    PROFESSIONAL = "professional", "需专业服务", "needs a professional"
    INCOME = "income", "收入超标", "income above the line"
    DECEASED = "deceased", "去世", "deceased"
    DUPLICATE = "duplicate", "重复登记", "registered twice"
    MOVED = "moved", "迁出", "moved away"
    OTHER = "other", "其他", "other"
