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
        """From RPC context: ``actor``, ``role``, ``communities`` (a list or comma-separated)."""
        given = context.get("communities") or ()
        names = given.split(",") if isinstance(given, str) else given
        return cls(
            id=str(context.get("actor", OPERATOR)),
            role=str(context.get("role", OPERATOR)),
            communities=tuple(str(name) for name in names),
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
