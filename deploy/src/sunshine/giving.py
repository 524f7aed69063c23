"""What the sample community gives: donated things on their way."""

from __future__ import annotations

from typing import Any

from sunshine.sample import COMMUNITY, COORDINATOR, SOCIAL_WORKER
from sunshine.system import Remote

GIFTS = (
    ("food", "大米五公斤装", 6, "P01", "receipt"),
    ("bedding", "冬被", 4, "P07", "receipt"),
    ("appliance", "电饭煲", 1, "P02", "deliver"),
    ("stationery", "文具套装", 20, "P02", "reserve"),
    ("books", "课外读物", 30, "P02", "repair"),
    ("electronics", "旧平板电脑", 3, "P02", "collect"),
    ("clothes", "儿童羽绒服", 8, "P07", ""),
    ("furniture", "书桌", 2, "", ""),
    ("medical_aid", "助行器", 2, "P01", "expire"),
)
"""Kind, title, how many, from which partner, and the last step that it takes."""
WAY = ("collect", "repair", "reserve", "deliver", "receipt")


def give_things(system: Remote) -> None:
    """Things are pledged, and go as far as they go, to whom they suit best."""
    coordinator = system.acting(COORDINATOR, "coordinator", COMMUNITY)
    for kind, title, quantity, partner, last in GIFTS:
        facts: dict[str, Any] = {"kind": kind, "title": title, "quantity": quantity}
        if partner:
            facts["partner"] = f"{COMMUNITY}-{partner}"
        gift = coordinator.call("volunteers", "offer_gift", community=COMMUNITY, **facts)["id"]
        if last == "expire":
            coordinator.call("volunteers", "expire_gift", gift=gift)
        elif last:
            _go(system, gift, WAY[: WAY.index(last) + 1])


def _go(system: Remote, gift: str, steps: tuple[str, ...]) -> None:
    coordinator = system.acting(COORDINATOR, "coordinator", COMMUNITY)
    colleague = system.acting(SOCIAL_WORKER, "social_worker", COMMUNITY)
    for step in steps:
        facts = {"gift": gift}
        if step == "reserve":
            ranked = coordinator.call("volunteers", "suggest_gift_needs", gift=gift)["items"]
            facts["need"] = ranked[0]["need"]
        by = colleague if step == "receipt" else coordinator  # not who says that it was delivered
        by.call("volunteers", f"{step}_gift", **facts)
