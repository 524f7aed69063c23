"""The desk's pages, a module per subject."""

from notifications.desk.pages import (
    activities,
    board,
    care,
    inbox,
    live,
    pairings,
    parked,
    preferences,
    projects,
    reciprocity,
    recognition,
    services,
    signing,
    things,
    training,
)

BLUEPRINTS = [
    module.pages
    for module in (
        *(signing, inbox, pairings, board, care),
        *(activities, services, projects, things, reciprocity),
        *(recognition, training, preferences, parked, live),
    )
]

__all__ = ["BLUEPRINTS"]
