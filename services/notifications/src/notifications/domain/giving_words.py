"""The volunteers service's codes of things, projects and reciprocity, with their labels."""

from __future__ import annotations

from collections.abc import Mapping

from servicekit.codes import LabelledEnum


class GiftKind(LabelledEnum):
    """What sort of thing is given."""

    CLOTHES = "clothes", "衣物", "clothes"
    BEDDING = "bedding", "床上用品", "bedding"
    FURNITURE = "furniture", "家具", "furniture"
    APPLIANCE = "appliance", "家电", "household appliance"
    ELECTRONICS = "electronics", "数码设备", "electronics"
    BOOKS = "books", "图书", "books"
    STATIONERY = "stationery", "文具", "school supplies"
    TOYS = "toys", "玩具", "toys"
    FOOD = "food", "食品", "food"
    MEDICAL_AID = "medical_aid", "辅助器具", "aids for the disabled"
    OTHER = "other", "其他", "other"


class GiftState(LabelledEnum):
    """Where a thing stands."""

    PLEDGED = "pledged", "已认捐", "pledged"
    COLLECTED = "collected", "已收取", "collected"
    REPAIRED = "repaired", "已检修", "looked over and repaired"
    RESERVED = "reserved", "已预留", "reserved"
    DELIVERED = "delivered", "已送达", "delivered"
    RECEIPTED = "receipted", "已签收", "receipted"
    EXPIRED = "expired", "已作废", "expired"


class Route(LabelledEnum):
    """How a project is paid for."""

    PURCHASED = "purchased", "政府购买", "purchased by the government"
    SUBSIDISED = "subsidised", "政府补贴", "partly subsidised"
    AWARDED = "awarded", "以奖代补", "unfunded, then awarded"


class ProjectState(LabelledEnum):
    """Where a project stands."""

    DRAFT = "draft", "草拟", "draft"
    SUBMITTED = "submitted", "已申报", "submitted"
    REVIEWING = "reviewing", "评审中", "under review"
    PUBLICISED = "publicised", "公示中", "on public notice"
    APPROVED = "approved", "已立项", "approved"
    RUNNING = "running", "实施中", "running"
    MIDTERM = "midterm", "中期已评", "past mid-term"
    CLOSING = "closing", "结项中", "being closed"
    SETTLED = "settled", "已结算", "settled"
    REJECTED = "rejected", "未立项", "rejected"


class Paper(LabelledEnum):
    """What a gate may ask for."""

    APPLICATION = "application", "项目申请书", "application"
    PLAN = "plan", "实施方案", "plan of work"
    BUDGET = "budget", "预算表", "budget"
    QUALIFICATION = "qualification", "承接主体资质证明", "proof of qualification"
    OWN_SHARE = "own_share", "自筹资金承诺书", "letter of own funds"
    IN_KIND = "in_kind", "资源投入承诺书", "letter of in-kind support"
    CONTRACT = "contract", "购买服务合同", "contract"
    AGREEMENT = "agreement", "补贴协议", "subsidy agreement"
    NOTICE = "notice", "公示材料", "public notice"
    MIDTERM_REPORT = "midterm_report", "中期报告", "mid-term report"
    CLOSING_REPORT = "closing_report", "结项报告", "closing report"
    ACCOUNTS = "accounts", "决算表", "final accounts"
    AUDIT = "audit", "审计报告", "audit"
    AWARD_APPLICATION = "award_application", "奖补申请表", "application for the award"


class Merit(LabelledEnum):
    """The five tests of a good project, each asked as a question; 1 to 5 points."""

    FREE_MIND = (
        "free_mind",
        "参与者是否出于自愿、心情舒畅？",
        "Do people take part freely and gladly?",
    )
    EFFORT = "effort", "是否看重付出，而不只看结果？", "Does the effort count, not only the result?"
    COPIED = "copied", "别的社区能否照着做？", "Can another community copy it?"
    LASTING = "lasting", "是否真有需要，因而能够持久？", "Is it needed, and so lasts?"
    VALUE = "value", "是否花小钱、办大事？", "Small means, large value?"


class Indicator(LabelledEnum):
    """What a goal is measured by; each is counted from the raw rows."""

    VISITS = "visits", "探访次数", "visits made"
    HOURS = "hours", "核实服务小时", "verified hours"
    HOUSEHOLDS = "households", "服务家庭数", "households served"
    VOLUNTEERS = "volunteers", "参与志愿者数", "volunteers taking part"
    GIFTS = "gifts", "签收物资件数", "things receipted"
    ATTENDANCE = "attendance", "活动参加人次", "attendances"


class Nature(LabelledEnum):
    """What a line of the budget counts."""

    MONEY = "money", "资金", "money"
    IN_KIND = "in_kind", "实物与人力", "in kind"


class Side(LabelledEnum):
    """Whether a line of the budget costs or brings in, and from whom."""

    COST = "cost", "支出", "cost"
    GOVERNMENT = "government", "政府资金", "government"
    OWN = "own", "自筹", "own funds"
    PARTNER = "partner", "共建单位投入", "partners"


class RejectReason(LabelledEnum):
    """Why a project does not come about."""

    FORMAL = "formal", "材料不符合要求", "the papers are not in order"
    NOT_NEEDED = "not_needed", "需求不足", "it is not needed enough"
    SCORE = "score", "评审未通过", "it did not pass the review"
    OBJECTION = "objection", "公示期有异议", "there was an objection to the notice"
    FUNDS = "funds", "资金不足", "there is no money"
    OTHER = "other", "其他", "other"


class Unit(LabelledEnum):
    """What is exchanged."""

    HOURS = "hours", "服务小时", "hours"
    PLACES = "places", "活动席位", "places"
    SERVICES = "services", "办事服务", "services"
    THINGS = "things", "物资", "things"


class Standing(LabelledEnum):
    """How what a party gave compares with what it received."""

    BALANCED = "balanced", "基本平衡", "in balance"
    GIVES_MORE = "gives_more", "付出较多", "gives more"
    RECEIVES_MORE = "receives_more", "受益较多", "receives more"
    NOTHING = "nothing", "暂无往来", "nothing yet"


GIVING: Mapping[str, type[LabelledEnum]] = {
    "gift": GiftKind,
    "gift_state": GiftState,
    "route": Route,
    "project_state": ProjectState,
    "paper": Paper,
    "merit": Merit,
    "indicator": Indicator,
    "nature": Nature,
    "side": Side,
    "reject_reason": RejectReason,
    "unit": Unit,
    "standing": Standing,
}
