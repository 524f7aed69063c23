"""The service's contract: events published and consumed; RPC in ``people`` and ``pairings``."""

from volunteers.contracts.consumed import CONSUMED
from volunteers.contracts.events import PUBLISHED
from volunteers.contracts.samples import SAMPLES

__all__ = ["CONSUMED", "PUBLISHED", "SAMPLES"]
