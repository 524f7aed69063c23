"""What matching knows of the world: needs and volunteers, as plain values.

Codes are plain strings here (the service's code lists own their meaning), ids are the readable
keys of the rows, dates are local. Nothing here names, phones or locates a person exactly.
`to_data()` gives JSON-safe data that `from_data()` turns back into an equal value: that is how
a proposal keeps its frozen inputs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from volunteers.domain.calendar import Slot

NOBODY: frozenset[str] = frozenset()
PLAIN = frozenset({str, int, float, bool, type(None)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One open need of a household.

    `urgency` is 1 routine, 2 soon, 3 urgent; `minutes` is the length of one visit; `gender` is
    the volunteer's the household asks for (`any`, `female`, `male`); `minors_welcome` says
    whether pupils may come. `declined` are volunteers of earlier declined proposals for this
    need, `avoid` those the household asked not to have, `continuity` those who served the
    household before. `current` is who is proposed for it already, without anybody having
    accepted yet.
    """

    id: str
    household: str
    community: str
    aid_kind: str
    service: str
    urgency: int
    raised_on: date
    frequency: str
    minutes: int
    slots: tuple[Slot, ...]
    latitude: float
    longitude: float
    skills: frozenset[str] = NOBODY
    languages: frozenset[str] = NOBODY
    involves_minor: bool = False
    grade: int | None = None
    gender: str = "any"
    minors_welcome: bool = True
    declined: frozenset[str] = NOBODY
    avoid: frozenset[str] = NOBODY
    continuity: frozenset[str] = NOBODY
    current: str | None = None

    @property
    def priority(self) -> tuple[int, date]:
        """Smaller is served first: the most urgent, then the longest waiting."""
        return (-self.urgency, self.raised_on)

    def to_data(self) -> dict[str, Any]:
        return _plain(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Need":
        return cls(**_revived(data, dates=("raised_on",), slots="slots", sets=_NEED_SETS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """The adult who comes along with a pupil; answers for the clearances of the visit."""

    id: str
    gender: str
    birth_date: date
    active: bool = True
    clearances: Mapping[str, date] = field(default_factory=dict)

    def to_data(self) -> dict[str, Any]:
        return _plain(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Companion":
        return cls(**_revived(data, dates=("birth_date",)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Volunteer:
    """One volunteer as matching sees them.

    `load` counts live pairings as primary, `backup_load` those as backup, both bounded by
    `capacity`. `serves` are further communities that the volunteer's partner serves.
    `clearances` maps a kind to the last day on which it is valid. `max_distance_m` is how far
    the volunteer is willing to go, in metres.
    """

    id: str
    community: str
    kind: str
    gender: str
    birth_date: date
    aid_kinds: frozenset[str]
    availability: tuple[Slot, ...]
    capacity: int
    max_distance_m: int
    latitude: float
    longitude: float
    partner: str | None = None
    serves: frozenset[str] = NOBODY
    active: bool = True
    skills: frozenset[str] = NOBODY
    languages: frozenset[str] = NOBODY
    load: int = 0
    backup_load: int = 0
    clearances: Mapping[str, date] = field(default_factory=dict)
    guardian_consent: bool = False
    companion: Companion | None = None

    @property
    def remaining(self) -> int:
        """How many more pairings as primary this volunteer can take."""
        return max(0, self.capacity - self.load)

    @property
    def remaining_backup(self) -> int:
        """How many more pairings as backup this volunteer can take."""
        return max(0, self.capacity - self.backup_load)

    def to_data(self) -> dict[str, Any]:
        return _plain(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Volunteer":
        values = _revived(data, dates=("birth_date",), slots="availability", sets=_VOLUNTEER_SETS)
        if values.get("companion") is not None:
            values["companion"] = Companion.from_data(values["companion"])
        return cls(**values)


_NEED_SETS = ("skills", "languages", "declined", "avoid", "continuity")
_VOLUNTEER_SETS = ("aid_kinds", "serves", "skills", "languages")


def _plain(row: Need | Volunteer | Companion) -> dict[str, Any]:
    return {each.name: _json_safe(getattr(row, each.name)) for each in fields(row)}


def _json_safe(value: Any) -> Any:
    if type(value) in PLAIN:  # most are; a large run asks some millions of times
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_json_safe(each) for each in value]
    if isinstance(value, Mapping):
        return {key: _json_safe(value[key]) for key in sorted(value)}
    return value.to_data() if isinstance(value, Slot | Companion) else value


def _revived(
    data: Mapping[str, Any],
    *,
    dates: tuple[str, ...],
    slots: str | None = None,
    sets: tuple[str, ...] = (),
) -> dict[str, Any]:
    values = dict(data)
    values.update({name: date.fromisoformat(data[name]) for name in dates})
    values.update({name: frozenset(data[name]) for name in sets if name in data})
    if slots is not None:
        values[slots] = tuple(Slot.from_data(each) for each in data[slots])
    if "clearances" in data:
        expiries = data["clearances"].items()
        values["clearances"] = {kind: date.fromisoformat(last) for kind, last in expiries}
    return values
