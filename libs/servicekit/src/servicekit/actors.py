"""Who asks: the caller's identity and rights, as its context says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from servicekit.errors import Forbidden

OPERATOR = "operator"


@dataclass(frozen=True)
class Actor:
    """A staff member (id, role, communities), or the operator, who may see every community."""

    id: str = OPERATOR
    role: str = OPERATOR
    communities: tuple[str, ...] = ()

    @classmethod
    def from_context(cls, context: Mapping[str, Any]) -> Self:
        """From RPC context: ``actor``, ``role``, ``communities`` (a list or comma-separated).

        No actor at all is the operator; a named one without a role has no more rights than given.
        """
        given = context.get("communities")
        names = given.split(",") if isinstance(given, str) else given
        names = [str(name).strip() for name in names] if isinstance(names, (list, tuple)) else []
        id_ = str(context.get("actor", OPERATOR))
        return cls(
            id=id_,
            role=str(context.get("role", OPERATOR if id_ == OPERATOR else "")),
            communities=tuple(name for name in names if name),
        )

    def context(self) -> dict[str, Any]:
        """What to send along, so that the next service knows who asks."""
        return {"actor": self.id, "role": self.role, "communities": ",".join(self.communities)}

    def may_see(self, community: str) -> bool:
        """Whether this actor works for ``community``."""
        return self.role == OPERATOR or community in self.communities

    def require(self, community: str) -> None:
        """Raise Forbidden unless ``may_see``."""
        if not self.may_see(community):
            raise Forbidden(
                f"{self.id} does not work for community {community}; ask a colleague who does"
            )
