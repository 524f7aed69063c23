"""A project as others copy it: what it does, and nothing of the place that it comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

FORMAT, VERSION = "sunshine-project", 1
BLANK = "＿"
FIGURES = re.compile(r"[0-9０-９]+(?:[.,:：．，][0-9０-９]+)*")


def without_figures(text: str) -> str:
    """The text with a blank for each number: figures of the old place, telephone numbers, dates."""
    return FIGURES.sub(BLANK, text)


def template_of(project: Mapping[str, Any], exported_on: date) -> dict[str, Any]:
    """The file: no person, no partner, no target, no amount, no date of the old place."""
    origin = {
        "community": project["community"],
        "project": project["id"],
        "title": project["title"],
        "exported_on": exported_on.isoformat(),
    }
    return {
        "format": FORMAT,
        "version": VERSION,
        "title": without_figures(project["title"]),
        "summary": without_figures(project["summary"]),
        "route": project["route"],
        "days": (project["ends_on"] - project["starts_on"]).days + 1,
        "goals": [_kept(goal, "indicator", "aid_kind") for goal in project["goals"]],
        "lines": [_kept(line, "nature", "side") for line in project["lines"]],
        "origins": [*project["origins"], origin],
    }


def _kept(part: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {"title": without_figures(part["title"])} | {name: part[name] for name in names}


def draft_of(template: Mapping[str, Any], starts_on: date) -> dict[str, Any]:
    """What a draft begins with: targets and amounts are to be filled in by the new place."""
    kept = {name: template[name] for name in ("title", "summary", "route", "origins")}
    return kept | {
        "starts_on": starts_on,
        "ends_on": starts_on + timedelta(days=template["days"] - 1),
        "goals": [goal | {"target": None} for goal in template["goals"]],
        "lines": [line | {"planned": None, "actual": None} for line in template["lines"]],
    }
