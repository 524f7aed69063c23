"""Whom a form lets choose from: codes with what may be said of them."""

from __future__ import annotations

from typing import Any

from notifications.desk.app import volunteers_service
from notifications.desk.words import label

MOST = 500


def volunteers_of(place: str, **wanted: str) -> list[tuple[str, str]]:
    """The volunteers of a community by code, without their names: each name is a question."""
    find = volunteers_service().find_volunteers
    found: dict[str, Any] = find(community=place, size=MOST, **({"state": "active"} | wanted))
    return [(each["id"], label(each["kind"], "volunteer_kind")) for each in found["items"]]


def partners_of(place: str, kind: str = "") -> list[tuple[str, str]]:
    """The partners of a community by name; those of one kind if asked."""
    found = volunteers_service().list_partners(community=place)
    return [(each["id"], each["name"]) for each in found if not kind or each["kind"] == kind]
