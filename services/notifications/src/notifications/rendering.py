"""Notifications as people read them: texts in their language, with names fetched at that moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from notifications import texts
from servicekit.errors import ServiceError, Unavailable

PURPOSE = "notification"
"""What the owner of a name is told about why it is asked for."""

MOST_NAMED = 5
"""So many lines of a list speak of names, the others of codes: each name is a question."""


class Names:
    """The names behind ids, asked of their owners with the reader's rights, each once.

    Where the reader may not see one, or it is gone, the text speaks of the code. An owner that is
    away is not asked again: the reader waits for it once, not once per line.
    """

    def __init__(self, peers: Any) -> None:
        self._sources: Mapping[str, Callable[[str], str | None]] = {
            "household": lambda key: head_of(
                peers.households.reveal_household(household=key, purpose=PURPOSE)
            ),
            "volunteer": lambda key: name_of(
                peers.volunteers.reveal_volunteer(volunteer=key, purpose=PURPOSE)
            ),
            "activity": lambda key: str(peers.volunteers.get_activity(activity=key)["title"]),
            "item": lambda key: str(peers.volunteers.get_service(item=key)["title"]),
        }
        self._known: dict[str, str | None] = {}
        self._away: set[str] = set()

    def of(self, data: Mapping[str, Any]) -> dict[str, str]:
        """Id → name for the household, the volunteers and the activity that an event speaks of."""
        asked = [(kind, data.get(kind)) for kind in self._sources]
        asked.append(("volunteer", data.get("backup")))
        found = {key: self._ask(kind, key) for kind, key in asked if isinstance(key, str)}
        for part in ("listed", "news", "waiting", "silent", "ahead"):
            for item in list(data.get(part) or ())[:MOST_NAMED]:
                found |= self.of(item.get("data", item))
        return {key: name for key, name in found.items() if name}

    def _ask(self, kind: str, key: str) -> str | None:
        if key not in self._known and kind not in self._away:
            try:
                self._known[key] = self._sources[kind](key)
            except Unavailable:
                self._away.add(kind)
            except ServiceError:
                self._known[key] = None
        return self._known.get(key)


def head_of(household: Mapping[str, Any]) -> str | None:
    """The name of the household's head, by which people speak of it."""
    members = [each for each in household.get("members") or [] if each.get("name")]
    heads = [each for each in members if each.get("role") == "head"]
    return next((each["name"] for each in heads or members), None)


def name_of(volunteer: Mapping[str, Any]) -> str | None:
    name = volunteer.get("name")
    return name if isinstance(name, str) and name else None


def written(items: Iterable[Mapping[str, Any]], locale: str, names: Names) -> list[dict[str, Any]]:
    """The items with ``title`` and ``body``; a text that fails never takes the inbox with it."""
    return [{**item, **_text(item, locale, names)} for item in items]


def _text(item: Mapping[str, Any], locale: str, names: Names) -> dict[str, str]:
    template, data, source = item.get("content") or (item["template"], item["data"], None)
    text = texts.write_or_fall_back(
        template, locale, data, names.of(data), fallback=item["id"], source=source
    )
    return {"title": text.subject, "body": text.body}
