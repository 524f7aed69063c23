"""Codes of hours, stars and honours that appear in texts, with their labels."""

from __future__ import annotations

from collections.abc import Mapping

from servicekit.codes import LabelledEnum


class Evidence(LabelledEnum):
    """What hours beside a visit are believed for."""

    SIGN_IN = "sign_in", "签到表", "sign-in sheet"
    ORGANISER = "organiser", "组织方证明", "organiser's statement"
    RECORD = "record", "服务记录", "service record"
    PHOTO = "photo", "现场照片", "photograph"


class FlagKind(LabelledEnum):
    """Why hours are looked into."""

    OVERLAP = "overlap", "时间重叠", "two services at once"
    TRAVEL = "travel", "途中时间不够", "too far apart for the time between"
    LONG = "long", "远超计划时长", "much longer than planned"


class HonourLevel(LabelledEnum):
    """Who honours."""

    COMMUNITY = "community", "社区级", "the community"
    STREET = "street", "街道级", "the street"
    DISTRICT = "district", "区级", "the district"
    CITY = "city", "市级", "the city"
    PROVINCE = "province", "省级", "the province"
    NATION = "nation", "国家级", "the nation"


class HonourOf(LabelledEnum):
    """Who was honoured."""

    COMMUNITY = "community", "社区", "the community"
    PARTNER = "partner", "共建单位", "a partner"
    VOLUNTEER = "volunteer", "志愿者", "a volunteer"


class HoursDoubt(LabelledEnum):
    """Why hours are disputed or reversed."""

    NOT_CONFIRMED = "not_confirmed", "家庭未确认", "the household does not confirm"
    WRONG_MINUTES = "wrong_minutes", "时长有误", "wrong minutes"
    DUPLICATE = "duplicate", "重复上报", "reported twice"
    NOT_APPROVED = "not_approved", "复核未通过", "not approved"
    IMPOSSIBLE = "impossible", "时间或路程不可能", "impossible by time or way"
    OTHER = "other", "其他", "other"


class HoursState(LabelledEnum):
    """What the ledger says of hours."""

    REPORTED = "reported", "已上报", "reported"
    VERIFIED = "verified", "已核实", "verified"
    DISPUTED = "disputed", "有异议", "disputed"
    REVERSED = "reversed", "已冲销", "reversed"


class Silence(LabelledEnum):
    """Whom it concerns that a need is not visited."""

    VOLUNTEER = "volunteer", "提醒志愿者", "remind the volunteer"
    COORDINATOR = "coordinator", "协调员处理", "for the coordinator"
    SOCIAL_WORKER = "social_worker", "社工处理", "for the social worker"


RECOGNITION: Mapping[str, type[LabelledEnum]] = {
    "evidence": Evidence,
    "flag": FlagKind,
    "honour_level": HonourLevel,
    "honour_of": HonourOf,
    "hours_doubt": HoursDoubt,
    "hours_state": HoursState,
    "silence": Silence,
}
