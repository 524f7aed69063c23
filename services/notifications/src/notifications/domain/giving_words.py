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


GIVING: Mapping[str, type[LabelledEnum]] = {
    "gift": GiftKind,
    "gift_state": GiftState,
}
