"""Who may do what here."""

from __future__ import annotations

from collections.abc import Iterable

from notifications.domain.codes import StaffRole
from notifications.models import StaffMember
from servicekit.actors import OPERATOR, Actor
from servicekit.errors import Forbidden

LEADS = frozenset({OPERATOR, StaffRole.ADMINISTRATOR.value})
"""Those who look after a community's staff."""


def leads(actor: Actor, communities: Iterable[str]) -> bool:
    """Whether ``actor`` looks after the staff of every one of ``communities``."""
    return actor.role in LEADS and all(actor.may_see(community) for community in communities)


def require_lead(actor: Actor, communities: Iterable[str]) -> None:
    """Raise Forbidden unless ``actor`` looks after the staff of all these communities."""
    if not leads(actor, communities):
        raise Forbidden(
            f"{actor.id} does not look after the staff there; ask an administrator of the community"
        )


def require_own(actor: Actor, member: StaffMember) -> None:
    """Raise Forbidden unless this is the member, or an administrator of the member's community."""
    if actor.id != member.id and not leads(actor, [member.community]):
        raise Forbidden(
            f"{actor.id} may not see the inbox of {member.id}; ask the member or an administrator"
        )
